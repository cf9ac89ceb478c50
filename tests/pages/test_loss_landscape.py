"""The hill of the bundled training, and of one's own: asked for, waited for, shown."""

from core.nn.network import initial_network
from core.runs.checkpoints import save_checkpoint
from core.runs.landscape import read_landscape
from core.runs.run import Run
from core.worker.landscape_task import compute_run_landscape


def test_the_bundled_hill_is_there_at_once_and_labelled_as_a_slice(inside, texts):
    at = inside("The real hill")
    words = texts(at)
    assert "two slices" in words
    assert "What a slice hides" in words
    assert "These two directions contain **98 %** of the way it went." in words  # 0.96896 and 0.01950
    assert "Its curve rises again; the network's loss does not yet" in words
    assert (
        read_landscape(Run.pretrained("article")).line.losses[-1]
        < read_landscape(Run.pretrained("article")).line.end_loss
    )


def test_a_hill_with_a_wall_behind_its_end_is_said_to_have_one(inside, own_run, texts):
    """Twice as far as from one random network to another the loss is larger than at either."""
    run = own_run()
    compute_run_landscape(run)
    at = inside("The real hill")
    at.selectbox(key="training").set_value(run.id).run()
    line = read_landscape(run).line
    assert line.losses[-1] > line.end_loss
    assert "Beyond the end both rise again." in texts(at)


def landscape_button(at):
    return [button for button in at.button if button.label == "Survey the hill"]


def test_the_hill_of_ones_own_run_is_asked_for_waited_for_and_shown(inside, own_run, texts):
    run = own_run()
    at = inside("The real hill")
    at.selectbox(key="training").set_value(run.id).run()
    assert "was not surveyed yet" in texts(at)
    landscape_button(at)[0].click().run()
    assert (run.path.parent / "inbox" / f"{run.id}.hill").exists()
    assert not landscape_button(at)
    (run.path.parent / "inbox" / f"{run.id}.hill").unlink()
    compute_run_landscape(run)
    at.run()
    assert not at.exception
    assert not landscape_button(at)
    assert "two directions contain" in texts(at)
    save_checkpoint(run.path / "checkpoints", initial_network((784, 20, 10), ("relu", "softmax"), 9), 500, False)
    at.run()
    assert "has learned on since" in texts(at)
    assert landscape_button(at)
    assert "two directions contain" in texts(at)


def test_a_run_that_is_damaged_says_so(inside, own_run, texts):
    run = own_run()
    at = inside("The real hill")
    at.selectbox(key="training").set_value(run.id).run()
    (run.path / "status.json").write_text("{")
    at.run()
    assert not at.exception
    assert "cannot be read" in at.error[0].value
    (run.path / "config.json").write_text('{"title": "mine", "config": {"epochs": 0}}')
    at.run()
    assert not at.exception
    assert "two directions contain" in texts(at)  # the article's


def test_a_hill_that_cannot_be_surveyed_says_why(inside, own_run, texts):
    run = own_run()
    run.set_status("running")
    at = inside("The real hill")
    at.selectbox(key="training").set_value(run.id).run()
    assert "still learning" in texts(at)
    assert landscape_button(at)[0].disabled
    run.set_status("finished")
    (run.path / "hill.failed").write_text("There was not enough memory for it")
    at.run()
    assert at.error[0].value == "There was not enough memory for it"
    assert not landscape_button(at)[0].disabled


def test_a_network_that_is_gone_or_damaged_is_said_to_be_and_not_thrown(inside, own_run):
    run = own_run()
    compute_run_landscape(run)
    at = inside("The real hill")
    last = max((run.path / "checkpoints").iterdir())
    last.write_bytes(b"nonsense")
    at.selectbox(key="training").set_value(run.id).run()
    assert not at.exception
    assert at.error
