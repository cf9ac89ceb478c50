"""The parts of Compare runs."""
