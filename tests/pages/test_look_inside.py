import pytest

PARTS = ("One digit forward", "One batch backward", "Time machine", "The real hill")


@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens(inside, part):
    at = inside(part)
    assert not at.exception
    assert not at.warning
    assert not at.error
    assert len(at.get("bidi_component")) >= 2


@pytest.mark.parametrize(
    "query",
    [
        {"inside": "Nowhere"},
        {"image": "10000"},
        {"image": "nan"},
        {"layer": "7"},
        {"unit": "9999"},
        {"unit": "-3"},
        {"reads": "Nothing"},
        {"inside": PARTS[1], "step_rate": "1e9"},
        {"inside": PARTS[1], "learns_by": "luck"},
        {"inside": PARTS[1], "random_start": "-1"},
    ],
)
def test_an_address_that_asks_for_what_does_not_exist_gets_a_sentence(app, query):
    at = app("look_inside", **query)
    assert not at.exception
    assert "which does not exist" in at.warning[0].value
