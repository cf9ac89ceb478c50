"""Numbers in words, where the same words stand on several pages."""

MEGABYTE = 1024 * 1024  # bytes


def percent(probability: float) -> str:
    """A probability in words that never claim certainty."""
    if probability > 0.999:
        return "over 99.9 %"
    return f"{100 * probability:.1f} %" if probability >= 0.001 else "under 0.1 %"
