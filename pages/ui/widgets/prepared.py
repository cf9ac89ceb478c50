"""A drawing's way from ink to input, worked out once for all that a page shows of it."""

from core.drawing.preprocessing import EVERYTHING, Preparation, PreparedDrawing, prepare
from core.drawing.strokes import Ink
from pages.ui.shell.session import session


def prepared(ink: Ink, preparation: Preparation = EVERYTHING) -> PreparedDrawing | None:
    """The steps of the preparation of this visitor's ink; None when there is nothing, or no more than a dot."""
    mine = session()
    if mine.prepared_ink is not ink:
        mine.prepared_ink, mine.prepared = ink, {}
    if preparation not in mine.prepared:
        mine.prepared[preparation] = prepare(ink, preparation)
    return mine.prepared[preparation]
