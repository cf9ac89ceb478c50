"""Who began a run steers it, and those to whom it was handed; all others look on."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.runs.atomic_files import JsonlTail
from core.runs.commands import REASON_EPOCH_END, REASON_TIMEOUT, REASON_USER_EARLIER, CommandLog
from core.runs.config import TrainingConfig
from core.runs.permissions import CO_OWNER, MAX_CO_OWNERS, OWNER, VIEWER, NotAllowedError, RunPermissions, who_ended_it
from core.runs.run import COMMANDS, CONFIG, PERMISSIONS_FILE, Run
from core.runs.states import RunState, RunStatus

ANA, BEN, CLEO = (letter * 22 for letter in "abc")  # names as long as the ones that are drawn


@pytest.fixture
def run(tmp_path):
    return Run.create(TrainingConfig(), "mine", ANA, tmp_path)


def everything_in(run):
    return {path.name: path.read_bytes() for path in run.path.iterdir() if path.is_file()}


CHANGES = {
    "command": lambda permissions: permissions.command("stop"),
    "learning rate": lambda permissions: permissions.command("learning_rate", 1.0),
    "resume": lambda permissions: permissions.resume(),
    "one epoch": lambda permissions: permissions.resume("epoch"),
    "title": lambda permissions: permissions.update_metadata(title="theirs"),
    "kept": lambda permissions: permissions.update_metadata(kept=True),
    "hill": lambda permissions: permissions.request_landscape(),
    "delete": lambda permissions: permissions.delete(),
    "hand over": lambda permissions: permissions.hand_over(),
    "withdraw": lambda permissions: permissions.withdraw(),
}


@pytest.mark.parametrize("name", [BEN, "", "é", ANA[:-1], ANA + " "])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_who_has_not_begun_it_changes_nothing(run, change, name):
    (run.path.parent / "inbox" / run.id).unlink()
    before = everything_in(run)
    with pytest.raises(NotAllowedError):
        change(RunPermissions(run, name))
    assert everything_in(run) == before
    assert not list((run.path.parent / "inbox").iterdir())


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_who_began_it_may_do_all_of_it(run, change):
    change(RunPermissions(run, ANA))


def test_one_to_whom_it_was_handed_steers_it_until_it_is_withdrawn(run):
    owner, other = RunPermissions(run, ANA), RunPermissions(run, BEN)
    assert (owner.role, other.role, owner.co_owner_count) == (OWNER, VIEWER, None)
    token = owner.hand_over()
    assert owner.co_owner_count == 0
    other.accept_handover(token)
    other.accept_handover(token)  # once more, by a reload
    assert (other.role, owner.co_owner_count) == (CO_OWNER, 1)
    other.command("pause")
    other.resume()
    other.update_metadata(title="ours")
    for private in ("delete", "hand over", "withdraw"):
        with pytest.raises(NotAllowedError):
            CHANGES[private](other)
    owner.withdraw()
    assert (other.role, owner.role, owner.co_owner_count) == (VIEWER, OWNER, None)
    with pytest.raises(NotAllowedError):
        other.command("pause")
    with pytest.raises(NotAllowedError):
        other.accept_handover(token)


def test_a_new_address_ends_the_earlier_one_alone(run):
    owner = RunPermissions(run, ANA)
    first = owner.hand_over()
    RunPermissions(run, BEN).accept_handover(first)
    second = owner.hand_over()
    assert first != second
    with pytest.raises(NotAllowedError):
        RunPermissions(run, CLEO).accept_handover(first)
    RunPermissions(run, CLEO).accept_handover(second)
    assert RunPermissions(run, BEN).role == RunPermissions(run, CLEO).role == CO_OWNER


@pytest.mark.parametrize("token", ["", "x", "é" * 32, "0" * 32, "0" * 100_000, "\ud800"])
def test_a_wrong_token_opens_nothing(run, token):
    for handed in (False, True):
        if handed:
            RunPermissions(run, ANA).hand_over()
        with pytest.raises(NotAllowedError):
            RunPermissions(run, BEN).accept_handover(token)
    assert RunPermissions(run, BEN).role == VIEWER


def test_many_who_open_it_at_once_may_all_steer_and_no_more_than_that(run):
    owner = RunPermissions(run, ANA)
    token, names = owner.hand_over(), [secrets.token_urlsafe(16) for _ in range(MAX_CO_OWNERS)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: RunPermissions(run, name).accept_handover(token), names))
    assert owner.co_owner_count == MAX_CO_OWNERS
    with pytest.raises(NotAllowedError):
        RunPermissions(run, BEN).accept_handover(token)


def test_no_file_tells_the_token_or_the_name_of_one_to_whom_it_was_handed(run):
    token = RunPermissions(run, ANA).hand_over()
    RunPermissions(run, BEN).accept_handover(token)
    RunPermissions(run, BEN).command("stop")
    there = b"".join(everything_in(run).values())
    assert token.encode() not in there
    assert BEN.encode() not in there
    assert ANA.encode() not in (run.path / COMMANDS).read_bytes()


@pytest.mark.parametrize("content", ["{", "[]", '{"token": 1, "co_owners": 2}', '{"token": "é"}', "{}"])
def test_a_damaged_file_hands_it_to_nobody(run, content):
    (run.path / PERMISSIONS_FILE).write_text(content, encoding="utf-8")
    assert RunPermissions(run, BEN).role == VIEWER
    with pytest.raises(NotAllowedError):
        RunPermissions(run, BEN).accept_handover("")
    assert RunPermissions(run, ANA).role == OWNER


def test_a_run_that_says_of_no_owner_is_looked_at(run):
    about = json.loads((run.path / CONFIG).read_text())
    del about["owner"]
    (run.path / CONFIG).write_text(json.dumps(about))
    assert RunPermissions(run, ANA).role == VIEWER
    assert RunPermissions(run, "None").role == VIEWER


@pytest.mark.parametrize(("word", "verb"), [("pause", "paused"), ("stop", "stopped")])
def test_who_ended_it_is_said_to_each_in_their_words(run, word, verb):
    owner = RunPermissions(run, ANA)
    for name in (BEN, CLEO):
        RunPermissions(run, name).accept_handover(owner.hand_over())
    said = {}
    for name in (ANA, BEN):
        RunPermissions(run, name).command(word)
        state, more = CommandLog(run.path).current().stop_outcome
        run.set_status(state, **more)
        said[name] = [who_ended_it(run, run.status(), viewer) for viewer in (ANA, BEN, CLEO, "")]
    begun = f"The person who began it {verb} it."
    handed = f"Someone to whom it was handed over {verb} it."
    assert said == {ANA: [f"You {verb} it.", *3 * [begun]], BEN: [handed, f"You {verb} it.", handed, handed]}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (RunStatus(RunState("stopped"), reason=REASON_USER_EARLIER), "It was stopped by hand."),
        (RunStatus(RunState("paused")), "It was paused by hand."),
        (RunStatus(RunState("paused"), reason=REASON_EPOCH_END), ""),
        (RunStatus(RunState("stopped"), reason=REASON_TIMEOUT), ""),
        (RunStatus(RunState("interrupted"), reason="Its process ended"), ""),
        (RunStatus(RunState("finished")), ""),
    ],
)
def test_what_earlier_versions_and_the_server_have_told_stays_readable(run, status, words):
    assert who_ended_it(run, status, ANA) == words


def test_a_log_without_names_and_one_with_nonsense_for_a_name_are_read(run):
    for line in ({"command": "stop", "value": None}, {"command": "stop", "by": 7}, {"command": "stop", "by": "x" * 99}):
        with (run.path / COMMANDS).open("a") as file:
            file.write(json.dumps(line) + "\n")
        assert CommandLog(run.path).current().by == ""
        assert CommandLog(run.path).current().stop_outcome[0] == "stopped"
    assert len(JsonlTail(run.path / COMMANDS).read_new()) == 3


def test_the_last_word_s_speaker_counts_and_the_server_is_nobody(run):
    RunPermissions(run, ANA).command("stop")
    run.command("time_is_up")
    assert CommandLog(run.path).current().stop_outcome == ("stopped", {"reason": REASON_TIMEOUT})
