import secrets

import numpy as np

from core.data.mnist import load_test_set
from core.pretrained.registry import load_model
from core.runs.config import TrainingConfig
from core.runs.presets import PRESETS
from core.runs.run import Run
from pages.ui.compare.run_actions import show_keeping
from tests.pages.charts import words_of
from tests.pages.visits import button, shown_pills


def test_before_anything_was_trained_the_two_bundled_networks_are_compared(compare, texts):
    at = compare()
    assert not at.exception
    assert shown_pills(at) == ["drawing", "article"]
    assert "Nothing of your own yet" in texts(at)
    for name in ("drawing", "article"):
        assert f"{100 * load_model(name).test_accuracy:.2f} %" in texts(at)
    assert "| 256 |" in texts(at)  # the batch sizes differ, and are said


def test_own_runs_stand_beside_them_with_what_differs_alone(compare, trained, mine, texts):
    config = TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=2)
    trained(mine, "first", config=config)
    trained(mine, "second", config=TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=2, dropout=0.5))
    trained(secrets.token_urlsafe(16), "a stranger's")
    at = compare()
    at.button_group(key="compared").set_value(shown_pills(at)[:2]).run()
    (table,) = [one.value for one in at.markdown if one.value.startswith("|")]
    assert "| seconds of learning | dropout |" in table
    lines = table.splitlines()
    assert any("1 · first" in line and line.endswith("| 0 |") for line in lines)
    assert any("2 · second" in line and line.endswith("| 0.5 |") for line in lines)
    assert "stranger" not in texts(at)


def test_runs_are_said_to_differ_only_where_they_do(compare, trained, mine, texts):
    trained(mine, "first")
    alone = texts(compare())
    assert "What came of this run." in alone
    assert "differ, and" not in alone
    trained(mine, "second")
    same = texts(compare())
    assert "These runs have the same settings." in same
    assert "differ, and" not in same
    trained(mine, "third", config=TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=2, dropout=0.5))
    assert "Only the settings in which these runs differ" in texts(compare())


def test_ones_own_runs_are_chosen_at_first_and_the_bundled_ones_are_offered(compare, trained, mine):
    run = trained(mine)
    at = compare()
    assert shown_pills(at) == [run.id]


def test_a_loss_that_was_measured_with_a_handicap_is_said_to_be(compare, trained, mine, texts):
    trained(mine, "bent", config=TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=2, distortion=0.5))
    trained(mine, "plain")
    at = compare()
    words = "its training loss is higher than on the digits as they are, because it was measured on distorted digits."
    assert f"1 · bent: {words}" in texts(at)
    assert texts(at).count("because it was measured") == 1
    at.button_group(key="curve").set_value("val_loss").run()
    assert "because it was measured" not in texts(at)  # these digits are never distorted


def test_the_choice_is_in_the_address_and_comes_back_from_it(compare, trained, mine):
    runs = [trained(mine, str(number)) for number in range(4)]
    at = compare(runs=f"{runs[1].id},article,nonsense,{'A' * 22}")
    assert not at.exception
    assert "not here" in at.warning[0].value
    assert sorted(shown_pills(at)) == sorted([runs[1].id, "article"])
    assert at.query_params["runs"] in (f"{runs[1].id},article", [f"{runs[1].id},article"])


def test_with_no_run_chosen_the_page_says_what_to_do(compare):
    at = compare()
    at.button_group(key="compared").set_value([]).run()
    assert not at.exception
    assert "Choose" in at.info[0].value


def test_a_run_that_is_deleted_while_it_is_trained_comes_back_interrupted(compare, trained, mine):
    run = trained(mine, state="running")
    at = compare()
    button(at, "Delete").click().run()
    button(at, "Undo").click().run()
    assert run.status().state == "interrupted"
    assert run.id in shown_pills(at)


def test_a_run_is_renamed_and_what_markdown_would_read_is_left_out(compare, trained, mine):
    run = trained(mine, "old")
    at = compare()
    at.text_input(key=f"title-{run.id}").set_value("new | **[name]**").run()
    assert run.metadata().title == "new  name"
    at.text_input(key=f"title-{run.id}").set_value("   ").run()
    assert run.metadata().title == "new  name"


def test_a_deleted_run_comes_back_with_undo(compare, trained, mine):
    run = trained(mine, "dear")
    at = compare()
    button(at, "Delete").click().run()
    assert not at.exception
    assert Run.find(run.id) is None
    button(at, "Undo").click().run()
    assert Run.find(run.id) is not None
    assert not [one for one in at.button if one.label == "Undo"]


def test_the_other_runs_keep_their_names_when_one_is_deleted(compare, trained, mine):
    for title in ("first", "second", "third"):
        trained(mine, title)
    at = compare()
    at.button_group(key="closer").set_value(Run.of_owner(mine)[1].id).run()
    button(at, "Delete").click().run()
    (runs,) = [one for one in at.button_group if one.key == "compared"]
    assert runs.options[:2] == ["3 · third", "1 · first"]


def test_a_run_that_is_deleted_in_another_tab_meanwhile_is_gone_from_the_page(compare, trained, mine, monkeypatch):
    run = trained(mine)

    def deleted_meanwhile(run):
        run.delete()
        return show_keeping(run)

    monkeypatch.setattr("pages.ui.compare.run_actions.show_keeping", deleted_meanwhile)
    at = compare()
    assert not at.exception
    assert run.id not in shown_pills(at)


def test_a_run_that_is_damaged_meanwhile_leaves_a_presets_settings_to_vary(compare, trained, mine, monkeypatch, texts):
    run = trained(mine)
    monkeypatch.setattr(
        "pages.ui.widgets.error_analysis.show_closer_look",
        lambda evaluation: (run.path / "config.json").write_text("{"),
    )
    at = compare()
    assert not at.exception
    assert f"All others are those of **{PRESETS['quick'].title}**" in " ".join(texts(at).split())


def test_a_runs_settings_go_into_the_form(compare, trained, mine):
    trained(mine, config=TrainingConfig(hidden_layers=(31,), epochs=2))
    at = compare()
    button(at, "Use its settings").click().run()
    assert at.title[0].value == "Train a network"
    assert at.number_input(key="set_units_0").value == 31


def test_a_digit_that_is_never_answered_is_said_to_be(compare, trained, mine, texts):
    run = trained(mine)
    np.save(run.path / "test_answers.npy", np.tile(np.eye(10, dtype=np.float16)[8], (10_000, 1)))
    at = compare(runs=run.id)
    assert not at.exception
    (said,) = [words for words in words_of(at) if "Precision" in words]
    assert "7: never answered and 0.0%, 8: 9.7% and 100.0%" in said  # 974 of 10,000 test digits are an 8
    assert "Most often a 1 is taken for an 8: 1,135 times." in texts(at)  # 1 is the most frequent


def test_a_network_without_mistakes_has_none_to_be_told(compare, trained, mine, texts):
    run = trained(mine)
    np.save(run.path / "test_answers.npy", np.eye(10, dtype=np.float16)[load_test_set().labels])
    at = compare(runs=run.id)
    assert not at.exception
    assert "Most often" not in texts(at)


def test_the_surest_mistake_comes_first_and_opens(compare):
    at = compare()
    first = next(one for one in at.button if one.label.startswith("Open #"))
    index = int(first.label.removeprefix("Open #"))
    first.click().run()
    assert at.title[0].value == "Explore the digits"
    assert not at.exception
    assert at.session_state.index == index


def test_a_run_without_a_curve_is_named_below_the_picture(compare, trained, mine, texts):
    broken = trained(mine, "broken", state="diverged", step=3, learning_rate=5.0)
    (broken.path / "events.jsonl").unlink()  # it diverged before the end of its first epoch
    broken.add_event({"type": "steps", "epoch": 1, "step": 2, "loss": [2.3, 1e9], "right": [3, 3], "seconds": 1.0})
    trained(mine, "whole")
    at = compare()
    assert "are no numbers" not in texts(at)
    at.segmented_control(key="curve").set_value("val_loss").run()
    assert "are no numbers (the training diverged), or there are none yet: 1 · broken." in texts(at)


def test_a_run_that_diverged_or_is_at_work_has_no_scores(compare, trained, mine):
    trained(mine, "broken", state="diverged", step=3, learning_rate=5.0)
    trained(mine, "working", state="running")
    at = compare()
    assert not at.exception
    (table,) = [one.value for one in at.markdown if one.value.startswith("|")]
    for title in ("1 · broken", "2 · working"):
        line = next(line for line in table.splitlines() if title in line)
        assert "| – | – |" in line


def test_what_is_more_than_chance_is_said(compare, trained, mine, texts):
    """The drawing network reads 106 digits more than the article's: of those that one alone gets right, far more."""
    at = compare()
    (table,) = [one.value for one in at.markdown if one.value.startswith("| run")]
    article, drawing = (next(line for line in table.splitlines() if name in line) for name in ("article", "drawing"))
    assert "106 fewer: more than chance" in article
    assert "| best |" in drawing
    assert "with another seed alone the article's network gets 97." in texts(at)
    run = trained(mine, "alone")
    at = compare(runs=run.id)
    assert "beside the best" not in texts(at)
