"""A visitor who presses what is not there is told so: else a benchmark would measure something else."""

import pytest
from streamlit.proto.ButtonGroup_pb2 import ButtonGroup

from tests.benchmarks.protocol import TroubleError, Visitor


def test_what_is_not_offered_cannot_be_chosen():
    visitor = Visitor("http://nowhere")
    curves = ButtonGroup(id="1", options=[ButtonGroup.Option(content="loss on the watched digits")])
    visitor.controls = {"curve": ("button_group", curves, "")}
    for control, option in (("curve", "val_loss"), ("along", "updates")):
        with pytest.raises(TroubleError, match=control):
            visitor.choose(control, option).send(None)  # it is refused before there is anything to wait for
