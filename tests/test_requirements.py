"""What is asked for, what is pinned for pip and what is locked for uv are in step."""

import re
import tomllib

import pytest

from core.paths import ROOT

PIN = re.compile(r"^([\w.-]+)==([\w.+-]+)", re.MULTILINE)


def locked():
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    return {package["name"]: package["version"] for package in packages if "version" in package}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-cluster.txt", "tests/requirements.txt"])
def test_what_pip_installs_is_what_uv_installs(name):
    pinned = {package.lower().replace("_", "-"): version for package, version in PIN.findall((ROOT / name).read_text())}
    assert pinned
    assert {package: locked()[package] for package in pinned} == pinned


def test_what_is_asked_for_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [one for group in project["dependency-groups"].values() for one in group if isinstance(one, str)]
    asked = dict(PIN.findall("\n".join([*project["project"]["dependencies"], *groups])))
    assert asked
    assert {package: locked()[package] for package in asked} == asked


def test_the_lock_names_the_public_index_alone():
    assert set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text())) == {
        "pypi.org",
        "files.pythonhosted.org",
    }
