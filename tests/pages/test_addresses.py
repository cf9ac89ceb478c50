"""What an address can say to a chapter: any text, for any name that a control there is bound to."""

import re

import pytest

VIEWS = [
    *(("explore_digits", {"view": name}) for name in ("One digit", "Gallery", "Averages", "Map", "Hardest", "Writers")),
    *(
        ("gradient_descent", {"part": name})
        for name in ("One weight", "Two weights", "Momentum", "A line through points", "Three losses")
    ),
    *(
        ("look_inside", {"inside": name})
        for name in ("One digit forward", "One batch backward", "Time machine", "The real hill")
    ),
    ("train_network", {}),
    ("compare_runs", {}),
    ("draw_digit", {}),
    ("start_here", {}),
]
IDS = [next(iter(query.values()), chapter) for chapter, query in VIEWS]
OTHER_NAMES = ("run", "runs", "sweep", "optimizer", "hidden_layers", "epochs", "shuffled_labels")  # read by hand
MARKDOWN = "[Log in](//evil.example/)![](//evil.example/x.png):+1:<b>"
MEANS = ("](//evil", ":+1:", "<b>")  # the signs of it that mean something as long as no backslash stands before them
SILLY = [MARKDOWN, "9" * 400, "-1", "1e308", "nan", "", "\x00\u202e", "a" * 5000]


def bound_names(at):
    """The names of the controls on a page that an address can set."""
    protos = [getattr(each, "proto", None) for each in at.main]
    protos += [getattr(proto, "expandable", None) for proto in protos]
    return {name for proto in protos if (name := getattr(proto, "query_param_key", ""))}


def read_as_markdown(at):
    """What is said on the page that has one of those signs."""
    kinds = ("warning", "error", "info", "markdown", "caption", "toast")
    words = [re.sub(r"\\.", "", each.value) for kind in kinds for each in at.get(kind)]
    return [each for each in words if any(sign in each for sign in MEANS)]


def test_the_controls_that_an_address_sets_are_found(app):
    assert bound_names(app("explore_digits")) == {"view", "set", "index"}
    assert "formulas" in bound_names(app("gradient_descent", part="Two weights"))


@pytest.mark.parametrize(("chapter", "query"), VIEWS, ids=IDS)
def test_no_name_can_be_given_a_value_that_breaks_the_page_or_is_read_as_markdown(app, chapter, query):
    names = {*bound_names(app(chapter, **query)), *OTHER_NAMES} - set(query)
    for value in SILLY:
        at = app(chapter, **query, **dict.fromkeys(names, value))
        assert not at.exception, (value, names)
        assert len(at.title) == 1
        assert not read_as_markdown(at)


@pytest.mark.parametrize(("chapter", "query"), VIEWS, ids=IDS)
def test_no_single_name_is_read_as_markdown(app, chapter, query):
    for name in sorted(bound_names(app(chapter, **query))):
        at = app(chapter, **{**query, name: MARKDOWN})
        assert not at.exception, name
        assert len(at.title) == 1
        assert not read_as_markdown(at)


def test_a_long_list_of_what_was_ignored_stays_a_sentence(app):
    at = app("gradient_descent", part="A line through points", slope="a", intercept="b", line_steps="c", line_seed="d")
    [words] = [each.value for each in at.warning]
    assert re.fullmatch(
        r"The address asks for ([\w\\]+ = \w, ){2}[\w\\]+ = \w and more, which does not exist\. .*", words
    )
