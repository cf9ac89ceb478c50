#!/usr/bin/env bash
# Streamlit 1.67.0 sends HTML that is nothing but a style sheet to the container of short messages, where it takes no room.
# A message (st.toast) of a button's callback in a fragment gets the place in that container that the style sheet has, and
# takes it: the page has lost its style until it is made anew as a whole. With anything beside the style sheet
# (`<i></i><style>...`) it stays, since it lies in the page then.
#
# Seen on 2026-11-29, Python 3.11, by the protocol that the browser speaks:
#   <style>b { color: red }</style> lies at [2, 0], the message at [2, 0]
#   <i></i><style>b { color: red }</style> lies at [0, 0], the message at [2, 0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check streamlit==1.67.0 websockets==15.0.1
cat > "$folder/page.py" <<'PYTHON'
import os

import streamlit as st


@st.fragment
def part():
    st.button("Press", on_click=st.toast, args=("Thank you.",))


st.html(os.environ["STYLE"])
part()
PYTHON
cat > "$folder/browser.py" <<'PYTHON'
import os
import socket
import subprocess
import sys
import time
import urllib.request

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


def places_with(page, style):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "streamlit", "run", page, "--server.headless=true", "--server.address=127.0.0.1"]
    options = ["--server.port", place.split(":")[1], "--browser.gatherUsageStats=false"]
    environment = {**os.environ, "STYLE": style}
    server = subprocess.Popen([*command, *options], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://{place}/_stcore/health").close()
                break
            except OSError:
                time.sleep(0.1)
        return press(place)
    finally:
        server.terminate()
        server.wait()


def press(place):
    """Press as soon as the page is there: where its style sheet lies, and where the message comes to lie."""
    with connect(f"ws://{place}/_stcore/stream", subprotocols=["streamlit"], origin=f"http://{place}") as server:
        asked = BackMsg()
        asked.rerun_script.query_string = ""
        server.send(asked.SerializeToString())
        until, style, button, fragment = time.monotonic() + 20, None, None, None
        while time.monotonic() < until:
            said = ForwardMsg.FromString(server.recv(timeout=10))
            element, lies = said.delta.new_element, list(said.metadata.delta_path)
            if element.HasField("html"):
                style = lies
            if element.HasField("button"):
                button, fragment = element.button.id, said.delta.fragment_id
            if element.HasField("toast"):
                return style, lies
            if said.HasField("script_finished") and button:
                press = BackMsg()
                press.rerun_script.fragment_id = fragment
                state = press.rerun_script.widget_states.widgets.add()
                state.id, state.trigger_value = button, True
                server.send(press.SerializeToString())
                button = None
    raise SystemExit("No message came.")


STYLE = "<style>b { color: red }</style>"
found = {style: places_with(sys.argv[1], style) for style in (STYLE, f"<i></i>{STYLE}")}
for style, (lies, message) in found.items():
    print(f"{style} lies at {lies}, the message at {message}")
alone, beside = found.values()
assert alone[0] == alone[1]
assert beside[0] != beside[1]
PYTHON
"$folder/venv/bin/python" "$folder/browser.py" "$folder/page.py"
