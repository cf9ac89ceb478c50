import os
import subprocess
import sys

from core.bundle import ROOT
from core.training.limits import memory_here


def test_a_container_has_what_it_may_take_and_a_machine_what_it_has(tmp_path):
    machine = memory_here(container_limits=())
    small, none = tmp_path / "small", tmp_path / "none"
    small.write_text("1073741824\n")
    none.write_text("max\n")
    assert memory_here((str(small), str(tmp_path / "missing"))) == 1024**3
    assert memory_here((str(none),)) == machine
    if hasattr(os, "sysconf"):
        assert 256 * 1024**2 < machine < 2**50


def test_a_small_server_trains_one_run_at_a_time():
    for available, slots in ((1.4e9, "1"), (1.6e9, "2")):
        assert slots_of(available) == slots


def slots_of(available):
    """What a new process makes of a machine with so much memory."""
    program = (
        f"import os; os.sysconf = lambda name: {{'SC_PAGE_SIZE': 4096}}.get(name, {int(available) // 4096});"
        "from core.training import limits; print(limits.SLOTS)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "TRAINING_SLOTS"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip()
