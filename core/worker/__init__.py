"""The only place that knows Keras: the service that trains runs, and the command that trains the bundled networks."""
