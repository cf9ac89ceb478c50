"""A drawing must look to the network like the digits it learned from, or it cannot be recognised.

MNIST's digits were all made in the same way: scaled, keeping their shape, into a box of 20x20 pixels,
then placed in 28x28 with their centre of mass in the middle; their edges are grey. A drawing is made
alike here, step by step, and every step is kept to be looked at. Each can be switched off.

Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
"""

from dataclasses import dataclass

import numpy as np

from core.data.mnist import SIDE
from core.drawing.strokes import Box, Ink, Picture, has_ink

FITTED_SIDE = 20  # pixels: the box into which MNIST's digits were scaled
CENTRE_PIXEL = 14  # index of the pixel that holds the centre of mass; measured: 14.0 over MNIST
STROKE_WIDTH = 2.6  # pixels: the stroke weight at which drawings are recognised best; MNIST's own is 1.6 to 3.7
PREVIEW_SIDE = 112  # pixels: size of the picture of the canvas as it was drawn
MIN_INK_SIDE = 0.02  # of the canvas: less than this is a dot, not a digit
MIN_PART_HEIGHT = 0.5  # of the tallest part: what is lower is a part of a digit, not one by itself


@dataclass(frozen=True)
class PreprocessingSteps:
    """Which steps of the preparation to take; all of them is how MNIST was made."""

    fit_box: bool = True  # scale the ink's box into 20x20; else squeeze the whole canvas into 28x28
    redraw: bool = True  # redraw at MNIST's stroke weight; else keep the brush's own
    centre_mass: bool = True  # centre of mass to the middle; else the box's centre, or where it was
    grey_edges: bool = True  # keep half-covered pixels grey; else black or white


ALL_STEPS = PreprocessingSteps()
NO_STEPS = PreprocessingSteps(fit_box=False, redraw=False, centre_mass=False)  # a plain resize, as it is often done


@dataclass(frozen=True, eq=False)
class PreprocessedDrawing:
    """Every step from ink to input; pictures hold 0 for paper to 1 for ink."""

    drawn: Picture  # (112, 112): the canvas as it was drawn
    box: Box  # around the ink, in canvas pixels
    scaled: Picture  # (20, 20), or (28, 28) when the box was not fitted: strokes as thick as they were
    redrawn: Picture  # the same size: strokes of MNIST's weight
    centred: Picture  # (28, 28), black or white
    image: Picture  # (28, 28): what the network sees

    @property
    def has_ink(self) -> bool:
        """Whether the network sees anything: a step that was switched off may leave nothing, or put it out of sight."""
        return has_ink(self.image)

    @property
    def has_two_parts(self) -> bool:
        """Whether the ink is parted by an empty strip from top to bottom, and stands tall on both sides of it."""
        ink = self.drawn > 0.5
        columns = np.flatnonzero(ink.any(axis=0))
        parts = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
        heights = [np.ptp(np.flatnonzero(ink[:, part].any(axis=1))) for part in parts if len(part)]
        return bool(sum(height >= MIN_PART_HEIGHT * max(heights) for height in heights) > 1)


def preprocess(ink: Ink, preparation: PreprocessingSteps = ALL_STEPS) -> PreprocessedDrawing | None:
    """Make ink look as MNIST's digits do; None when there is nothing, or no more than a dot."""
    path = ink.box()
    if path is None or path.longer_side < MIN_INK_SIDE * ink.side:
        return None
    scaled = _scaled(ink, path, preparation.fit_box, pen=None)
    redrawn = _scaled(ink, path, preparation.fit_box, pen=STROKE_WIDTH) if preparation.redraw else scaled

    edge = (SIDE - len(redrawn)) // 2
    row, column = _shift_to_middle(redrawn) if preparation.centre_mass else (edge, edge)
    image = _pasted(redrawn, row, column)
    half = ink.brush / 2
    return PreprocessedDrawing(
        drawn=ink.render(PREVIEW_SIDE, PREVIEW_SIDE / ink.side, 0.0, 0.0, ink.brush * PREVIEW_SIDE / ink.side),
        box=Box(path.left - half, path.top - half, path.right + half, path.bottom + half),
        scaled=_binarized(scaled),
        redrawn=_binarized(redrawn),
        centred=_binarized(image),
        image=image if preparation.grey_edges else _binarized(image),
    )


def _scaled(ink: Ink, path: Box, fit_box: bool, pen: float | None) -> Picture:
    """The ink in 20x20 pixels, or the whole canvas in 28x28; drawn by a pen so wide, or by its own."""
    if not fit_box:
        scale = SIDE / ink.side
        return ink.render(SIDE, scale, 0.0, 0.0, ink.brush * scale if pen is None else pen)
    if pen is None:
        scale = FITTED_SIDE / (path.longer_side + ink.brush)
        pen = ink.brush * scale
    else:
        scale = (FITTED_SIDE - pen) / path.longer_side
    left = (path.left + path.right) / 2 - FITTED_SIDE / scale / 2
    top = (path.top + path.bottom) / 2 - FITTED_SIDE / scale / 2
    return ink.render(FITTED_SIDE, scale, left, top, pen)


def _binarized(picture: Picture) -> Picture:
    """Black or white: ink where at least half of a pixel is covered."""
    return (picture >= 0.5).astype(np.float32)


def centre_of_mass(picture: Picture) -> tuple[float, float]:
    """Row and column, as indices that may lie between pixels, around which the ink balances."""
    mass = float(picture.sum())
    rows = float(picture.sum(axis=1) @ np.arange(picture.shape[0]))
    columns = float(picture.sum(axis=0) @ np.arange(picture.shape[1]))
    return rows / mass, columns / mass


def _shift_to_middle(picture: Picture) -> tuple[int, int]:
    """Where to place the picture's corner, in whole pixels as MNIST did."""
    if not picture.any():  # all of the ink lies outside
        return 0, 0
    row, column = centre_of_mass(picture)
    return round(CENTRE_PIXEL - row), round(CENTRE_PIXEL - column)


def _pasted(picture: Picture, row: int, column: int) -> Picture:
    """The picture on 28x28 paper with its corner at (row, column); what lies outside is cut off."""
    paper = np.zeros((SIDE, SIDE), np.float32)
    height, width = picture.shape
    top, left = max(row, 0), max(column, 0)
    bottom, right = min(row + height, SIDE), min(column + width, SIDE)
    paper[top:bottom, left:right] = picture[top - row : bottom - row, left - column : right - column]
    return paper
