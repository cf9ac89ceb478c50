"""The parts of Draw a digit."""
