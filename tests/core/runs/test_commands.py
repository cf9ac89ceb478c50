import pytest

from core.runs.commands import REASON_TIMEOUT, REASON_USER, CommandLog, DesiredState
from core.runs.config import TrainingConfig
from core.runs.run import Run


@pytest.fixture
def run(tmp_path):
    return Run.create(TrainingConfig(), "", "me", tmp_path)


def test_without_a_word_it_trains_to_its_end(run):
    assert CommandLog(run.path).current() == DesiredState("train")
    assert DesiredState().stop_outcome is None


@pytest.mark.parametrize(
    ("words", "ending"),
    [
        (["pause"], ("paused", {})),
        (["stop"], ("stopped", {"reason": REASON_USER})),
        (["time_is_up"], ("stopped", {"reason": REASON_TIMEOUT})),
        (["stop", "train"], None),
        (["epoch"], None),
        (["train", "pause", "epoch", "stop"], ("stopped", {"reason": REASON_USER})),
    ],
)
def test_the_last_word_counts(run, words, ending):
    wishes = CommandLog(run.path)
    for word in words:
        run.command(word)
    assert wishes.current().stop_outcome == ending
    assert CommandLog(run.path).current() == wishes.current()


def test_a_learning_rate_and_the_wish_to_go_on_stay(run):
    wishes = CommandLog(run.path)
    run.command("learning_rate", 0.5)
    run.command("go_on")
    run.command("pause")
    run.command("train")
    assert wishes.current() == DesiredState("train", learning_rate=0.5, unattended=True)


def test_what_is_no_word_changes_nothing(run):
    for value in (float("nan"), float("inf"), 10**400, 0, -1, None, "much"):
        run.command("learning_rate", value)
    run.command("dance")
    with (run.path / "commands.jsonl").open("ab") as file:
        file.write(b'[]\n{"comm\n\xff\n{}\n')
    assert CommandLog(run.path).current() == DesiredState()
