"""The network: activations, losses, forward and backward, optimizers; what it predicts, and how that is judged."""
