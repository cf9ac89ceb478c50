"""Where Streamlit does otherwise than this app needs. Importing it is enough; tests/pages/test_streamlit_patches.py
fails when a name that is used here is gone."""

import math
import threading
from typing import Any
from weakref import WeakValueDictionary

from streamlit.components.v2.bidi_component import serialization
from streamlit.elements.widgets.button_group import _SingleSelectButtonGroupSerde as ButtonGroupSerde
from streamlit.elements.widgets.number_input import NumberInputSerde
from streamlit.elements.widgets.selectbox import SelectboxSerde
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.state import SafeSessionState

# What a page says to the server. Streamlit takes more from any browser: `clear_cache` empties the caches of all
# visitors, `load_git_info` starts git and tells names of files, `install_skills` writes into the app's folder. Kinds
# that a later Streamlit adds are not taken either, until somebody has judged them.
HEARD = ("rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request")
HEARD_OPERATIONS = ("deferred_file", "dataframe_chunk")
MAX_FILES = 10  # that addresses are asked for at once: each uploader here takes one, and a message has room for 500,000
# In what a browser says that something was pressed, clicked or sent, once.
PRESSES = ("trigger_value", "string_trigger_value", "json_trigger_value", "chat_input_value")

_handle_backmsg = AppSession.handle_backmsg
_request_rerun = AppSession.request_rerun
_on_script_will_rerun = SafeSessionState.on_script_will_rerun
_handle_control_request = ScriptRunner._maybe_handle_execution_control_request
_deserialize_number = NumberInputSerde.deserialize
_deserialize_button = ButtonGroupSerde.deserialize
_deserialize_selectbox = SelectboxSerde.deserialize
_is_dataframe_like = serialization.is_dataframe_like  # type: ignore[attr-defined]

_calling = threading.local()  # whether this thread calls callbacks
_one_at_a_time: WeakValueDictionary[int, threading.Lock] = WeakValueDictionary()  # by the session's state
_looking = threading.Lock()  # that two threads make no two locks


def is_heard(message: BackMsg) -> bool:
    """Whether a browser's message is of a kind that this app's pages send."""
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in HEARD_OPERATIONS
    if kind == "file_urls_request":
        return len(message.file_urls_request.file_names) <= MAX_FILES
    return kind in HEARD


def _heard_alone(session: AppSession, message: BackMsg) -> None:
    if is_heard(message):
        _forget_presses_of_a_timer(message)
        _handle_backmsg(session, message)


def _forget_presses_of_a_timer(message: BackMsg) -> None:
    """A browser tells a press a moment after it. The timer of a part that shows itself again may come in between, tells
    it too, and a callback could be called twice: two trainings for one press of *Train*."""
    if not message.rerun_script.is_auto_rerun:
        return
    states = message.rerun_script.widget_states.widgets
    others = [state for state in states if state.WhichOneof("value") not in PRESSES]
    if len(others) < len(states):  # at once: of 100,000 that a stranger sends, taking one after the other is slow
        del states[:]
        states.extend(others)


def _request_in_turn(session: AppSession, client_state: ClientState | None) -> None:
    """A script that has ended may have said more than its session heard, and nothing of an earlier script is heard once
    a new one begins: half of a page would not be shown. So it waits until all that was said before is heard."""
    earlier = session._scriptrunner
    if earlier is not None and earlier._requests._state is ScriptRequestType.STOP:
        session._event_loop.call_soon_threadsafe(_request_rerun, session, client_state)
    else:
        _request_rerun(session, client_state)


def _call_callbacks_whole(state: SafeSessionState, *args: Any, **kwargs: Any) -> None:
    """What is pressed while a callback is at work begins a run beside it, and Streamlit ends the callback where it next
    touches the session's state. It is not called again: a file that was being read would be lost. So callbacks are
    called whole, and the next run's wait for them, and its page, too."""
    with _looking:
        lock = _one_at_a_time.setdefault(id(state._state), threading.Lock())
    with lock:
        _calling.is_so = True
        try:
            _on_script_will_rerun(state, *args, **kwargs)
        finally:
            _calling.is_so = False


def _handle_control_request_between_callbacks(runner: ScriptRunner) -> None:
    if not getattr(_calling, "is_so", False):
        _handle_control_request(runner)


def _finite_number(serde: NumberInputSerde, sent: float | None) -> float | None:
    """An address or a browser may say a number beyond all floats, of which Streamlit would make a whole number."""
    return _deserialize_number(serde, sent if sent is None or math.isfinite(sent) else None)


def _offered_button(serde: ButtonGroupSerde[Any], sent: list[str] | None) -> Any:
    """A control that has a default is required here: nothing chosen, which no page sends, is the default."""
    return _deserialize_button(serde, sent or (None if serde.default_option_index is not None else sent))


def _offered_option(serde: SelectboxSerde[Any], sent: str | None) -> Any:
    """What is not among the options is the default; Streamlit would hand it on to a callback, and refuse it later."""
    return _deserialize_selectbox(serde, sent if sent in serde.formatted_option_to_option_index else None)


def _is_maybe_dataframe(value: Any) -> bool:
    """Of each value that a component gets, Streamlit asks whether it is a data frame, and imports pandas to ask: 1.2 s
    before the first canvas. Here the values are plain dicts and lists, which never are."""
    return not isinstance(value, dict | list) and _is_dataframe_like(value)


# By setattr: a type checker rightly forbids to put another function in a method's place.
for owner, name, mended in (
    (AppSession, "handle_backmsg", _heard_alone),
    (AppSession, "request_rerun", _request_in_turn),
    (SafeSessionState, "on_script_will_rerun", _call_callbacks_whole),
    (ScriptRunner, "_maybe_handle_execution_control_request", _handle_control_request_between_callbacks),
    (NumberInputSerde, "deserialize", _finite_number),
    (ButtonGroupSerde, "deserialize", _offered_button),
    (SelectboxSerde, "deserialize", _offered_option),
    (serialization, "is_dataframe_like", _is_maybe_dataframe),
):
    assert hasattr(owner, name)  # noqa: S101  of a later Streamlit nothing is mended unnoticed
    setattr(owner, name, mended)
