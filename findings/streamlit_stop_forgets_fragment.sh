#!/usr/bin/env bash
# Streamlit 1.67.0: a button in a fragment that is pressed while the page around it is still being made is heard when the
# page is done, unless the page ends with st.stop(): then the press is forgotten, without a word. st.stop() has the runner
# forget whatever waits to be run. So a page that says `show(one); st.stop()` loses presses, the more the slower it is.
#
# Seen on 2026-11-29, Python 3.11, by the protocol that the browser speaks:
#   ends by itself: heard
#   ends with st.stop(): not heard
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check streamlit==1.67.0 websockets==15.0.1
cat > "$folder/page.py" <<'PYTHON'
import os
import time

import streamlit as st


@st.fragment
def part():
    if st.button("Press"):
        st.write("heard")


part()
time.sleep(2)  # the rest of the page takes its time
if os.environ["ENDS"] == "st.stop()":
    st.stop()
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


def hears(page, ends):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "streamlit", "run", page, "--server.headless=true", "--server.address=127.0.0.1"]
    options = ["--server.port", place.split(":")[1], "--browser.gatherUsageStats=false"]
    environment = {**os.environ, "ENDS": ends}
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
    """Press as soon as the button is there; whether the page then says that it heard it."""
    with connect(f"ws://{place}/_stcore/stream", subprotocols=["streamlit"], origin=f"http://{place}") as server:
        asked = BackMsg()
        asked.rerun_script.query_string = ""
        server.send(asked.SerializeToString())
        until, pressed = time.monotonic() + 8, False
        while time.monotonic() < until:
            try:
                said = ForwardMsg.FromString(server.recv(timeout=1))
            except TimeoutError:
                continue
            element = said.delta.new_element
            if element.HasField("button") and not pressed:
                pressed = True
                press = BackMsg()
                press.rerun_script.fragment_id = said.delta.fragment_id
                state = press.rerun_script.widget_states.widgets.add()
                state.id, state.trigger_value = element.button.id, True
                server.send(press.SerializeToString())
            if element.markdown.body == "heard":
                return True
        assert pressed
        return False


found = {ends: hears(sys.argv[1], ends) for ends in ("by itself", "st.stop()")}
print(f"ends by itself: {'heard' if found['by itself'] else 'not heard'}")
print(f"ends with st.stop(): {'heard' if found['st.stop()'] else 'not heard'}")
assert found == {"by itself": True, "st.stop()": False}
PYTHON
"$folder/venv/bin/python" "$folder/browser.py" "$folder/page.py"
