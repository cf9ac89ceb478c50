"""The parts of Look inside."""
