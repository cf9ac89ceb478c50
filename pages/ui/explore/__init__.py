"""The parts of Explore the digits."""
