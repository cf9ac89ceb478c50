"""A visitor who presses what is not there is told so, and hears each answer: else a benchmark measures otherwise."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.proto.ButtonGroup_pb2 import ButtonGroup
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.benchmarks.protocol import TroubleError, Visitor


def test_what_is_not_offered_cannot_be_chosen():
    visitor = Visitor("http://nowhere")
    curves = ButtonGroup(id="1", options=[ButtonGroup.Option(content="loss on the validation digits")])
    visitor.controls = {"curve": ("button_group", curves, "")}
    for control, option in (("curve", "val_loss"), ("along", "updates")):
        with pytest.raises(TroubleError, match=control):
            visitor.choose(control, option).send(None)  # it is refused before there is anything to wait for


class Server:
    """Says that a run begins, first of the page and then of a fragment; of the page's end it says nothing."""

    def __init__(self, visitor):
        self.visitor = visitor

    async def send(self, _):
        for fragments in ((), ("one",)):
            message = ForwardMsg()
            message.new_session.page_script_hash = "page"
            message.metadata.run.fragment_ids.extend(fragments)
            self.visitor._hear(message)


def test_a_page_is_there_when_its_fragment_begins():
    async def asked():
        visitor = Visitor("http://nowhere")
        visitor.page, visitor._socket = "page", Server(visitor)
        await visitor._ask()
        return visitor._waiting

    with ThreadPoolExecutor() as thread:  # in this one the browser tests may have left a loop that runs
        assert thread.submit(lambda: asyncio.run(asked())).result() == []
