"""What is changed in Streamlit is there to be changed, and does what the app needs."""

import asyncio
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from streamlit.components.v2.bidi_component import serialization
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import ScriptRunner, ScriptRunnerEvent, StopException
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests, ScriptRequestType
from streamlit.runtime.state import SafeSessionState, SessionState

from pages.ui.shell import streamlit_patches
from pages.ui.shell.streamlit_patches import HEARD, HEARD_OPERATIONS, is_heard

KINDS = [field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields]
REFUSED = ("clear_cache", "load_git_info", "set_run_on_save", "debug_disconnect_websocket", "debug_shutdown_runtime")


def message_of(kind, operation="deferred_file"):
    message = BackMsg()
    field = BackMsg.DESCRIPTOR.fields_by_name[kind]
    if field.message_type is None:
        setattr(message, kind, True)
    else:
        getattr(message, kind).SetInParent()
    if kind == "backend_operation_request":
        getattr(message.backend_operation_request, operation).SetInParent()
    return message


def test_each_kind_that_streamlit_knows_was_judged():
    assert set(KINDS) == {*HEARD, *REFUSED}
    operations = message_of("backend_operation_request").backend_operation_request.DESCRIPTOR.oneofs_by_name["payload"]
    assert {field.name for field in operations.fields} == {*HEARD_OPERATIONS, "install_skills", "dismiss_skills_nudge"}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_a_page_does_not_send_is_not_done(kind, monkeypatch):
    done = []
    for name in ("clear_cache", "git_information", "set_run_on_save"):
        assert callable(getattr(AppSession, f"_handle_{name}_request"))
        monkeypatch.setattr(AppSession, f"_handle_{name}_request", lambda *_, name=name: done.append(name))
    for cache in (app_session.caching.cache_data, app_session.caching.cache_resource):
        monkeypatch.setattr(cache, "clear", lambda: done.append("cleared"))
    AppSession.handle_backmsg(SimpleNamespace(), message_of(kind))  # a session without anything: a call would raise
    assert done == []


@pytest.mark.parametrize("operation", ["install_skills", "dismiss_skills_nudge"])
def test_nobody_writes_files_by_a_message(operation):
    assert not is_heard(message_of("backend_operation_request", operation))


def test_addresses_for_many_files_are_not_asked_for():
    message = message_of("file_urls_request")
    message.file_urls_request.file_names.extend(["seven.png"] * streamlit_patches.MAX_FILES)
    assert is_heard(message)
    message.file_urls_request.file_names.append("seven.png")
    assert not is_heard(message)


def test_a_message_of_no_kind_is_none():
    assert not is_heard(BackMsg())
    request = BackMsg()
    request.backend_operation_request.request_id = "1"
    assert not is_heard(request)


@pytest.mark.parametrize("kind", HEARD[:2])
def test_what_a_page_sends_is_done(kind, monkeypatch):
    done = []
    session = SimpleNamespace(
        _handle_rerun_script_request=lambda _: done.append("rerun_script"),
        _handle_stop_script_request=lambda: done.append("stop_script"),
    )
    AppSession.handle_backmsg(session, message_of(kind))
    assert done == [kind]


def press(is_automatic):
    """What a browser says of four widgets, of which all but the slider were pressed."""
    message = BackMsg()
    message.rerun_script.is_auto_rerun = is_automatic
    add = message.rerun_script.widget_states.widgets.add
    add(id="button", trigger_value=True)
    add(id="slider", int_value=3)
    add(id="chart", json_trigger_value="[1]")
    add(id="menu").string_trigger_value.data = "a"
    return message


@pytest.mark.parametrize(("is_automatic", "told"), [(True, {"slider"}), (False, {"button", "slider", "chart", "menu"})])
def test_a_press_is_told_by_itself_and_not_by_a_timer_too(is_automatic, told):
    heard = []
    session = SimpleNamespace(_handle_rerun_script_request=heard.append)
    AppSession.handle_backmsg(session, press(is_automatic))
    assert {state.id for state in heard[0].widget_states.widgets} == told


class Script:
    """A script at work, as far as a session asks it."""

    def __init__(self):
        self._requests = ScriptRequests()
        self.request_rerun, self.request_stop = self._requests.request_rerun, self._requests.request_stop


class Session(AppSession):
    """One that has just been told nothing, beside no server."""

    def __init__(self):
        self.id, self._event_loop, self._state = "1", asyncio.get_running_loop(), AppSessionState.APP_NOT_RUNNING
        self._scriptrunner, self.heard, self.begun = Script(), [], []
        self._client_state = ClientState()

    def __del__(self):
        pass

    def has_fragment(self, fragment_id):
        return fragment_id == "curve"

    def _enqueue_forward_msg(self, message):
        self.heard.append(message)

    def _create_scriptrunner(self, data):
        self.begun.append(data)
        self._scriptrunner = Script()


def in_a_loop(ask):
    """What a coroutine returns; in a thread of its own, since a test with a browser leaves its loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(ask())).result()


@pytest.mark.parametrize("fragment", ["curve", ""])
def test_the_last_words_of_a_script_are_heard_before_the_next_one_begins(fragment):
    """They are on their way when the browser asks for the next run: for a part of the page, or for all of it."""

    async def ask():
        session = Session()
        earlier = session._scriptrunner
        assert earlier._requests.on_scriptrunner_ready().type is ScriptRequestType.STOP  # it has ended
        said = ForwardMsg()
        session._on_scriptrunner_event(earlier, ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, said)
        session.request_rerun(ClientState(fragment_id=fragment))
        for _ in range(5):  # turns of the event loop; two are needed
            await asyncio.sleep(0)
        return session, said

    session, said = in_a_loop(ask)
    assert session.heard == [said]
    assert len(session.begun) == 1


def test_a_script_at_work_is_asked_at_once():
    async def ask():
        session = Session()
        session.request_rerun(ClientState(fragment_id="curve"))
        return session._scriptrunner._requests._rerun_data.fragment_id_queue

    assert in_a_loop(ask) == ["curve"]


class Pressed(SessionState):
    """A session's state that calls the callback it is told."""

    def on_script_will_rerun(self, callback, **_):
        callback()


@pytest.fixture
def run_to_end(monkeypatch):
    """The state of a session as a run sees it that was asked to end."""

    def end(_):
        raise StopException

    monkeypatch.setattr(streamlit_patches, "_handle_control_request", end)
    return lambda state: SafeSessionState(state, lambda: ScriptRunner._maybe_handle_execution_control_request(None))


def test_a_callback_comes_to_its_end_and_the_next_one_waits_for_it(run_to_end):
    state, at_work, go_on = Pressed(), threading.Event(), threading.Event()
    earlier, later = run_to_end(state), run_to_end(state)

    def read():
        earlier["seen"] = "read"
        at_work.set()
        assert go_on.wait(10)
        earlier["seen"] += " to the end"

    def press():
        later["seen"] += ", then pressed"

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(earlier.on_script_will_rerun, read)
        assert at_work.wait(10)
        second = threads.submit(later.on_script_will_rerun, press)
        with pytest.raises(TimeoutError):
            second.result(0.2)
        go_on.set()
        first.result(10), second.result(10)
    assert state["seen"] == "read to the end, then pressed"


def test_a_run_ends_where_it_is_asked_to_when_its_callbacks_are_done(run_to_end):
    state = run_to_end(Pressed())
    with pytest.raises(KeyError):
        state.on_script_will_rerun(lambda: state["nothing"])
    with pytest.raises(StopException):
        state["seen"] = 1


@pytest.mark.parametrize("told", [math.inf, -math.inf, math.nan])
def test_a_number_that_is_none_becomes_the_default(told):
    serde = streamlit_patches.NumberInputSerde(7, 0, 0, 9)  # type: ignore[arg-type]
    assert serde.data_type == 0 and serde.deserialize(3.0) == 3
    assert serde.deserialize(told) == 7


def test_nothing_chosen_is_the_default_where_there_is_one():
    options = {"formatted_options": ["a", "b"], "formatted_option_to_option_index": {"a": 0, "b": 1}}
    required = streamlit_patches.ButtonGroupSerde([1, 2], **options, default_option_index=1)
    assert [required.deserialize(told) for told in (None, [], ["a"], ["x"])] == [2, 2, 1, 2]
    free = streamlit_patches.ButtonGroupSerde([1, 2], **options)
    assert [free.deserialize(told) for told in (None, [], ["a"])] == [None, None, 1]


def test_what_is_not_among_the_options_of_a_list_is_the_default():
    options = {"formatted_options": ["a", "b"], "formatted_option_to_option_index": {"a": 0, "b": 1}}
    serde = streamlit_patches.SelectboxSerde([1, 2], **options, default_option_index=1)
    assert [serde.deserialize(told) for told in (None, "", "a", "x" * 5000)] == [2, 2, 1, 2]


def test_what_a_component_gets_is_no_data_frame_unless_it_may_be(monkeypatch):
    asked = []
    monkeypatch.setattr(streamlit_patches, "_is_dataframe_like", lambda value: asked.append(value) or True)
    assert [serialization.is_dataframe_like(value) for value in ({}, [])] == [False, False]
    assert serialization.is_dataframe_like("frame")
    assert asked == ["frame"]
