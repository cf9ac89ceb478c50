import pytest

from core.figures.layout import figure, heatmap, logarithmic, scatter


@pytest.mark.parametrize(
    "trace", [scatter(nonsense=1), scatter(mode="nonsense"), heatmap(z=[[1]], colorscale="Viridis_r")]
)
def test_a_test_sees_what_plotly_in_the_browser_would_not_know(trace):
    with pytest.raises(ValueError, match=r"nonsense|Plotly would change"):
        figure(trace, {})


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [(0.05, 3, ["0.05", "0.1", "0.2", "0.5", "1", "2"]), (0.01, 500, ["0.01", "0.1", "1", "10", "100"])],
)
def test_a_logarithmic_axis_has_as_many_marks_as_there_is_room_for(low, high, marks):
    axis = logarithmic(low, high)
    shown = [text for value, text in zip(axis["tickvals"], axis["ticktext"], strict=True) if low <= value <= high]
    assert shown == marks


@pytest.mark.parametrize(("low", "high"), [(1e-12, 1), (0.1, 1e9), (0.001, 1e5)])
def test_beyond_all_marks_powers_of_ten_are_left_to_plotly(low, high):
    axis = logarithmic(low, high)
    assert axis["type"] == "log"
    assert "tickvals" not in axis
