"""Digits: MNIST, what is known of it, and what is made of it; drawings of one's own."""
