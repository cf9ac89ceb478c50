"""What a trained network reaches, and what can be taken home."""

from core.training.run_folder import Run


def show_result(run: Run) -> None:
    """Scores."""
