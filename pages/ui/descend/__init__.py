"""The parts of Roll down the loss curve."""
