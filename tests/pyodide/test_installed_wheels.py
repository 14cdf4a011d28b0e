"""The built wheels in real Pyodide, installed both ways."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kernel.differential.comparing import disagreements
from tests.kernel.engines import observed
from tests.pyodide.harness import WHEELS, Check, Run, checks
from tools.serve import serving
from tools.wheels.fetch import sha256

WAYS = ("lock", "micropip")
Results = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("check", checks(), ids=lambda check: check.name)
def test_check_passes_in_pyodide(way: str, check: Check, results: Results) -> None:
    result = results(way)
    assert result["boot"] is None
    outcome = next(outcome for outcome in result["checks"] if outcome["name"] == check.name)
    assert outcome["passed"], outcome["error"]


@pytest.mark.parametrize("way", WAYS)
def test_the_kernel_in_pyodide_does_what_the_native_one_does(way: str, results: Results) -> None:
    outcome = next(outcome for outcome in results(way)["checks"] if outcome["name"] == "differential")
    assert outcome["passed"], outcome["error"]
    native, ours = observed(), json.loads(outcome["value"])
    assert (native.pop("engine"), ours.pop("engine")) == ("native", "python")
    assert "\n".join(disagreements(native, ours)) == ""


def changed_copy(folder: Path, change: Callable[[Path], None]) -> Path:
    """A copy of the wheels folder in which something is wrong."""
    wheels = shutil.copytree(WHEELS, folder / "wheels")
    change(wheels)
    return wheels


def how_it_fails(way: str, wheels: Path, folder: Path) -> str:
    """What the installation from a folder ends with; fails if it ends well."""
    with serving(wheels) as base:
        failure = Run(way, base, folder).result()["boot"]
    assert failure is not None, "The installation ended as if nothing were wrong."
    return str(failure)


def remove(pattern: str) -> Callable[[Path], None]:
    """A change: what matches is not there."""

    def change(wheels: Path) -> None:
        for path in wheels.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return change


def spoil(pattern: str) -> Callable[[Path], None]:
    """A change: what matches has other bytes."""

    def change(wheels: Path) -> None:
        for path in wheels.glob(pattern):
            path.write_bytes(path.read_bytes() + b"\0")

    return change


def test_a_wheel_missing_beside_the_lock_file_is_named(tmp_path: Path) -> None:
    wheels = changed_copy(tmp_path, remove("annotated_types-*.whl"))
    assert "annotated_types" in how_it_fails("lock", wheels, tmp_path)


def test_a_project_missing_in_the_index_is_named(tmp_path: Path) -> None:
    wheels = changed_copy(tmp_path, remove("simple/amplifier-core"))
    assert "amplifier-core" in how_it_fails("micropip", wheels, tmp_path)


def test_a_wheel_with_other_bytes_than_the_indexed_ones_is_refused(tmp_path: Path) -> None:
    # The lock file's hashes are not tested here: Pyodide compares them in browsers, but not under Node.
    wheels = changed_copy(tmp_path, spoil("amplifier_core-*.whl"))
    pinned = sha256(next(WHEELS.glob("amplifier_core-*.whl")))
    assert pinned in how_it_fails("micropip", wheels, tmp_path)


def test_a_wheel_missing_behind_the_index_is_not_passed_over(tmp_path: Path) -> None:
    # micropip reads the server's "not found" page as a wheel and says only that it is none.
    wheels = changed_copy(tmp_path, remove("amplifier_core-*.whl"))
    assert "BadZipFile" in how_it_fails("micropip", wheels, tmp_path)
