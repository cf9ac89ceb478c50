"""A drawing's way from ink to input, worked out once for all that a page shows of it."""

from core.drawing.preprocessing import ALL_STEPS, PreprocessedDrawing, PreprocessingSteps, preprocess
from core.drawing.strokes import Ink
from pages.ui.shell.session import session


def prepared(ink: Ink, preparation: PreprocessingSteps = ALL_STEPS) -> PreprocessedDrawing | None:
    """The steps of the preparation of this visitor's ink; None when there is nothing, or no more than a dot."""
    mine = session()
    if mine.prepared_ink is not ink:
        mine.prepared_ink, mine.prepared = ink, {}
    if preparation not in mine.prepared:
        mine.prepared[preparation] = preprocess(ink, preparation)
    return mine.prepared[preparation]
