"""Read pictures as the web process does, each in a copy of this process, and tell what was said and what it took.

    python -m tests.hostile.measure_pictures FOLDER      prints a line of JSON for each file in the folder

The memory is the peak above what the process held before, as Linux counts it.
"""

import io
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from core.drawing.background import ImageFileError
from core.drawing.image_file import ink_from_file
from core.drawing.segmentation import label_components


def peak() -> float:
    """The most memory in MB that this process has held since `forget_peak`."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def measured(path: Path) -> dict[str, str | float]:
    forget_peak()
    before, began = peak(), time.process_time()
    said: dict[str, str | bool]
    try:
        ink_from_file(path.read_bytes())
        said = {"read": True}
    except ImageFileError as error:
        said = {"refused": str(error)}
    except BaseException as error:
        said = {"broke": repr(error)}
    return {"file": path.name, **said, "cpu": time.process_time() - began, "above": peak() - before}


def main() -> None:
    label_components(np.ones((2, 2), bool))  # what is loaded at the first picture is loaded now: 0.5 s, once a server
    for kind in ("PNG", "JPEG", "WEBP", "BMP"):  # what Pillow loads late is loaded now
        file = io.BytesIO()
        Image.new("L", (8, 8)).save(file, kind)
        try:
            ink_from_file(file.getvalue())
        except ImageFileError:
            continue
    for path in sorted(Path(sys.argv[1]).iterdir()):
        child = os.fork()
        if not child:
            print(json.dumps(measured(path)), flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            print(json.dumps({"file": path.name, "broke": f"status {status}"}), flush=True)


if __name__ == "__main__":
    main()
