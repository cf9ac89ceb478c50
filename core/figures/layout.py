"""What the figures have in common; colours come from the app's theme wherever they mean nothing else."""

MARGIN = {"l": 8, "r": 8, "t": 24, "b": 8}  # pixels
MARKED = "#f0913f"  # orange: the part that a control has chosen
INK = [[0, "#0b0e16"], [1, "#ffffff"]]  # paper is dark, ink is white, in light and dark theme alike
