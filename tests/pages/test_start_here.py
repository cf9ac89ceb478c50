from core.pretrained.registry import load_model, seed_accuracies


def test_a_finished_run_and_a_recognised_digit_are_there_at_once(app, figure, read):
    at = app()
    assert read(at) == ["7"]
    assert any("probabilities" in part.proto.json for part in at.get("bidi_component"))
    assert [trace["name"] for trace in figure(at)["data"]] == [
        "digits it learned from",
        "test digits, which it never learned from",
    ]


def test_another_digit_is_read_on_request(app):
    at = app()
    before = at.session_state.start_digit
    for _ in range(3):
        at.button[0].click().run()
    assert at.session_state.start_digit != before
    assert not at.exception


def test_only_chapters_that_exist_are_linked(app):
    at = app()
    assert len(at.get("page_link")) == 7 + 6  # the row on top of every page, and this page's own


def test_the_articles_error_stands_beside_the_one_measured_here(app, texts):
    said = texts(app())
    assert f"It gets **{10_000 - round(10_000 * load_model('article').test_accuracy)}** of 10,000 digits wrong" in said
    wrong = sorted(10_000 - round(10_000 * share) for share in seed_accuracies())
    assert f"{wrong[0]} to {wrong[-1]} wrong. (The article that this app follows: 197.)" in said
