"""Why: one neuron's sum, one update with all that it computes, which pixels decided, the loss landscape."""
