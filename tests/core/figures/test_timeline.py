"""The answers to a digit over a training, against what they show."""

import numpy as np

from core.figures.timeline import answers_over_time_figure


def test_answers_over_time_name_only_what_was_ever_likely():
    probabilities = np.array([[0.1] * 10, [0.02] * 7 + [0.8, 0.03, 0.03], [0.3] + [0.0] * 6 + [0.7, 0, 0]])
    figure = answers_over_time_figure(probabilities, ["0", "1", "2"], now=1)
    assert [trace.name for trace in figure.data if trace.showlegend] == ["0", "7"]
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == (1, 1)
    assert np.array_equal(figure.data[7].y, probabilities[:, 7])


def test_answers_that_are_no_numbers_leave_gaps():
    with np.errstate(all="raise"):
        figure = answers_over_time_figure(np.full((3, 10), np.nan), ["0", "1", "2"], now=0)
    assert not any(trace.showlegend for trace in figure.data)
