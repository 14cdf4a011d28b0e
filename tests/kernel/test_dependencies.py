"""An installation that lacks packages says which ones, all of them at once."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email import message_from_bytes
from importlib.metadata import requires
from pathlib import Path

import pytest

import kernel.amplifier_core_engine.dependencies as dependencies
from tools.wheels.metadata import normalised

BLOCK = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in {absent!r}:
            raise {error}

sys.meta_path.insert(0, Absent())
try:
    import amplifier_core
except ImportError as error:
    print(error)
"""


def said(package: Path, *absent: str, error: str = "ModuleNotFoundError(f'No module named {name!r}')") -> str:
    """What importing the kernel says where modules are missing."""
    run = subprocess.run(
        [sys.executable, "-c", BLOCK.format(absent=set(absent), error=error)],
        env={"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_everything_that_is_missing_is_named_at_once(unpacked_wheel: Path) -> None:
    text = said(unpacked_wheel, "pydantic_core", "annotated_types")
    assert "annotated-types (ModuleNotFoundError: No module named 'annotated_types')" in text
    assert "pydantic-core (ModuleNotFoundError" in text
    assert "await micropip.install(['annotated-types', 'pydantic-core', 'pydantic'])" in text


def test_versions_that_do_not_fit_are_reported_too(unpacked_wheel: Path) -> None:
    text = said(unpacked_wheel, "pydantic", error="SystemError('incompatible core')")
    assert "pydantic (SystemError: incompatible core)" in text
    assert "pydantic-core" not in text


def test_a_whole_installation_passes(unpacked_wheel: Path) -> None:
    assert said(unpacked_wheel) == ""
    dependencies.require()


def test_one_missing_package_is_named_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydantic_core", None)
    with pytest.raises(dependencies.MissingDependencies, match="pydantic-core") as missing:
        dependencies.require(["typing-extensions", "pydantic-core"])
    assert missing.value.projects == ["pydantic-core"]
    assert "pydantic-core (ModuleNotFoundError" in str(missing.value)
    assert "micropip.install(['pydantic-core'])" in str(missing.value)


def test_what_the_wheel_asks_for_is_what_is_checked(repackaged_wheel: Path) -> None:
    with zipfile.ZipFile(repackaged_wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        asked = message_from_bytes(archive.read(name)).get_all("Requires-Dist") or []
    of_pydantic = [entry for entry in requires("pydantic") or [] if "extra ==" not in entry]
    projects = {_project(entry) for entry in [*asked, *of_pydantic]}
    assert projects == set(dependencies.NEEDED)


def _project(requirement: str) -> str:
    for mark in "<>=!~;[ ":
        requirement = requirement.partition(mark)[0]
    return normalised(requirement)
