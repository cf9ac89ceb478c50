"""A network's file, chosen on a page; and what becomes of it."""

from streamlit.testing.v1 import AppTest

from core.nn.network import initial_network
from core.nn.weights_file import network_to_safetensors
from core.runs.run import Run
from tests.core.importers import keras2
from tests.core.importers.learned import learned

MIXED = network_to_safetensors(initial_network((784, 12, 11, 10), ("tanh", "relu", "softmax"), seed=0))
NORMED = keras2.h5(learned("columns"), keras2.of_2_3(learned("columns")))


def give(at: AppTest, content: bytes, name: str = "digits.keras") -> AppTest:
    """Choose a file in the uploader that is there now."""
    (uploader,) = [one for one in at.file_uploader if one.key and one.key.startswith("bring-")]
    return uploader.set_value((name, content, "application/octet-stream")).run()


def the_run(owner: str) -> Run:
    (run,) = Run.of_owner(owner)
    return run


def table(at: AppTest) -> list[str]:
    (found,) = [one.value for one in at.markdown if one.value.startswith("| run")]
    return found.splitlines()
