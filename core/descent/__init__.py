"""Losses of one weight, of two and of a line, and simulated descent on them."""
