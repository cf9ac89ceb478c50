"""A run is a folder: its settings, states, commands, events and checkpoints. README.md lists its files."""
