"""The parts of Train a network."""
