"""What is given away: a run as a Keras program, and in words."""
