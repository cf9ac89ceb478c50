"""Pictures as people have them: hard edges, thin lines, faint ink, frames. All are read, and none without ink."""

import numpy as np
import pytest
from PIL import Image

from core.data.mnist import load_test_set, load_training_set, to_inputs
from core.data.user_drawings import LabelledDrawing
from core.drawing.background import ImageFileError
from core.drawing.image_file import ink_from_file
from core.drawing.preprocessing import PreprocessingSteps, preprocess
from core.drawing.strokes import MIN_INK, Pixels, has_ink
from core.importers.drawings_file import from_npz, to_npz
from core.nn.prediction import predict_one
from tests.core.written import ALONE, WITH_MORE, encoded, shadow


@pytest.mark.parametrize("kind", [*ALONE, *WITH_MORE])
def test_all_ten_digits_are_read_from_a_picture_of_every_kind(kind, drawing_model):
    draw = {**ALONE, **WITH_MORE}[kind]
    for digit in range(10):
        ink = ink_from_file(draw(digit))
        prepared = preprocess(ink)
        assert prepared.has_ink
        assert predict_one(drawing_model.network, prepared.image).digit == digit
        assert ink.left_out == (kind in WITH_MORE)
        assert not ink.in_shadow or "shadow" in kind


@pytest.mark.parametrize("digits", [load_training_set, load_test_set])
def test_every_digit_of_mnist_has_ink(digits):
    assert to_inputs(digits().images).sum(axis=1).min() > 3 * MIN_INK


@pytest.mark.parametrize("share", [0.0, 0.005, MIN_INK / 784 - 1e-3])
def test_there_is_no_answer_without_ink(share, drawing_model):
    image = np.full((28, 28), share, np.float32)
    assert not has_ink(image)
    with pytest.raises(ValueError, match="no ink"):
        predict_one(drawing_model.network, image)


@pytest.mark.parametrize("paper", [0, 128, 255])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_paper_alone_is_told_and_not_answered(paper, mode):
    with pytest.raises(ImageFileError, match="Choose"):
        ink_from_file(encoded(Image.new("L", (120, 80), paper).convert(mode)))


@pytest.mark.parametrize("softness", [2, 10, 60])
@pytest.mark.parametrize("depth", [20, 40, 60])
def test_a_shadow_on_empty_paper_is_no_digit(depth, softness):
    for turn in (0, 0.6, 2.5):
        paper = 215 + np.random.default_rng(1).normal(0, 4, (400, 400)) - depth * shadow(400, softness, turn)
        with pytest.raises(ImageFileError, match="Choose"):
            ink_from_file(encoded(Image.fromarray(paper.astype(np.uint8)), "JPEG"))


@pytest.mark.parametrize("fit_box", [True, False])
@pytest.mark.parametrize("redraw", [True, False])
@pytest.mark.parametrize("centre_mass", [True, False])
def test_whatever_steps_are_on_small_ink_is_read_or_not_answered(fit_box, redraw, centre_mass, drawing_model):
    """In a corner: a step that was switched off may leave it where the network sees next to nothing of it."""
    steps = PreprocessingSteps(fit_box=fit_box, redraw=redraw, centre_mass=centre_mass)
    for side in (6, 20, 60, 300):
        ink = np.zeros((600, 600), np.float32)
        ink[:side, : max(1, side // 6)] = 1
        prepared = preprocess(Pixels(ink), steps)
        if prepared is not None and prepared.has_ink:
            assert prepared.image.sum() >= MIN_INK
            predict_one(drawing_model.network, prepared.image)
        elif prepared is not None:
            with pytest.raises(ValueError, match="no ink"):
                predict_one(drawing_model.network, prepared.image)


def test_a_test_set_from_a_file_keeps_only_drawings_with_ink(test_set):
    blank = np.zeros((28, 28), np.uint8)
    kept = from_npz(to_npz([LabelledDrawing(test_set.images[0], 7, {}), LabelledDrawing(blank, 1, {})]))
    assert [one.label for one in kept] == [7]
