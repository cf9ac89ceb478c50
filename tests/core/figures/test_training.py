"""What the charts of a training mark."""

from core.figures.training import accuracy_figure, loss_figure
from core.training.history import History


def test_a_changed_learning_rate_is_named_beside_its_line_and_on_a_ground_of_its_own():
    history = History()
    history.loss.extend([2.0, 1.0, 0.5] * 100, 0)
    history.accuracy.extend([0.1, 0.5, 0.9] * 100, 0)
    history.learning_rates.append((120, 5.0))
    figures = (loss_figure(history, "test digits", "cross entropy", False, "x"), accuracy_figure(history, "test", "x"))
    for figure in figures:
        (line,), (note,) = figure.layout.shapes, figure.layout.annotations
        assert note.text == "rate 5"
        assert line.x0 == line.x1 == note.x == 120
        assert note.xanchor == "right"
        assert note.xshift < 0  # its end is left of the line
        assert note.name == "on paper"  # which chart.js paints under it, above the curves
