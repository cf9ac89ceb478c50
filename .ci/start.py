"""Set up everything in .venv, then run the app or the tests. Needs nothing but Python 3.11 to 3.13.

python3 .ci/start.py app      the app, in the browser; further words go to `streamlit run`
                              for this machine alone, unless --server.address=0.0.0.0 is among them
python3 .ci/start.py tests    all checks and tests; further words go to pytest
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
REQUIREMENTS = {"app": "requirements.txt", "tests": "tests/requirements.txt"}
INDEX = "https://pypi.org/pypi/pip/json"
# A file's tests share what they set up; the browser's files, few tests that take long, come first.
PARALLEL = ["--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile", "--no-loadscope-reorder"]
LINTED = ["--config", ".ci/oxlint.json", "--deny-warnings", "pages"]  # the JavaScript
SUPPORTED = ((3, 11), (3, 12), (3, 13))


def supported_python() -> str:
    """This Python if it will do, else one on the path."""
    if sys.version_info[:2] in SUPPORTED:
        return sys.executable
    for major, minor in reversed(SUPPORTED):
        if found := shutil.which(f"python{major}.{minor}"):
            return found
    raise SystemExit(f"This needs Python 3.11, 3.12 or 3.13, and found only {sys.version.split()[0]}.")


def pip_wheel() -> Path:
    """Pip itself, for a Python that came without it (Debian's, before python3-venv is installed)."""
    with urllib.request.urlopen(INDEX, timeout=60) as answer:
        wheel = next(f for f in json.load(answer)["urls"] if f["packagetype"] == "bdist_wheel")
    with urllib.request.urlopen(urllib.parse.urljoin(INDEX, wheel["url"]), timeout=60) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != wheel["digests"]["sha256"]:
        raise SystemExit("The download of pip was damaged. Please try again.")
    path = ENVIRONMENT / wheel["filename"]
    path.write_bytes(content)
    return path


def set_up(what: str) -> None:
    """Make .venv and install the pinned requirements, unless that was done before."""
    files = [ROOT / "requirements.txt", ROOT / REQUIREMENTS[what]]
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    done = ENVIRONMENT / f"installed-for-{what}"
    if PYTHON.exists() and done.exists() and done.read_text() == wanted:
        return
    print("Setting up .venv: this takes a few minutes, once.", flush=True)
    python = supported_python()
    if not PYTHON.exists():
        has_pip = python != sys.executable or importlib.util.find_spec("ensurepip")
        subprocess.run([python, "-m", "venv", *([] if has_pip else ["--without-pip"]), ENVIRONMENT], check=True)
    pip = [PYTHON, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True).returncode:
        pip = [PYTHON, pip_wheel() / "pip"]
    subprocess.run([*pip, "install", "--quiet", "-r", ROOT / REQUIREMENTS[what]], check=True)
    done.write_text(wanted)


def senseless_variables() -> list[str]:
    """A sentence for each variable of the environment that makes no sense to the app."""
    sys.path.insert(0, str(ROOT))
    from core.runs.environment import problems

    return problems()


def listening(words: list[str]) -> list[str]:
    """Where the app listens: on this machine alone, unless a further word or the environment says otherwise."""
    is_said = any(word.split("=")[0] == "--server.address" for word in words)
    return [] if is_said or os.environ.get("STREAMLIT_SERVER_ADDRESS") else ["--server.address=localhost"]


def main() -> int:
    """Set up, then do what was asked; the exit code is 0 when all went well."""
    what, *more = sys.argv[1:] or [""]
    if what not in REQUIREMENTS:
        print(__doc__)
        return 2
    os.chdir(ROOT)
    if what == "app" and (found := senseless_variables()):
        print("The app does not start.", *found, sep="\n", file=sys.stderr)
        return 2
    try:
        set_up(what)
    except subprocess.CalledProcessError as error:
        print("The set-up did not finish; the lines above say why.")
        return error.returncode
    if what == "app":
        return run([PYTHON, "-m", "streamlit", "run", "streamlit_app.py", *listening(more), *more])
    modules = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"])
    checks = [[PYTHON.with_name("oxlint"), *LINTED], *([PYTHON, "-m", *module] for module in modules)]
    with ThreadPoolExecutor(1) as beside:  # the checks need one core, the tests wait now and then
        found = beside.submit(lambda: [run(check) for check in checks])
        codes = [run([PYTHON, "-m", "pytest", *PARALLEL, *more]), *found.result()]
    return next((code for code in codes if code), 0)


def run(command: list[str | Path]) -> int:
    """The exit code of a command, once it has ended."""
    return subprocess.run(command).returncode


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
