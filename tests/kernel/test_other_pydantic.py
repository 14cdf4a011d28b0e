"""The kernel on the pydantic of Pyodide's own lock file, which people have in their own pages."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.kernel.differential.comparing import disagreements
from tests.kernel.engines import observed
from tools import pyodide_pydantic
from tools.locked import WITHOUT_NEWER_PLUGINS

ROOT = Path(__file__).resolve().parent.parent.parent
TESTS = ("engine", "properties", "completeness", "dependencies")


@pytest.fixture(scope="module")
def other() -> Path:
    """The folder with that pydantic."""
    return pyodide_pydantic.folder()


def test_it_is_another_pydantic_than_the_one_here(other: Path) -> None:
    code = (
        "import pydantic, pydantic_core as core; print(pydantic.VERSION, core.__version__, pydantic.__file__)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(other)},
        capture_output=True,
        text=True,
        check=True,
    )
    found, core, file = run.stdout.split()
    assert found == pyodide_pydantic.versions()["pydantic"] != version("pydantic")
    assert core == pyodide_pydantic.versions()["pydantic-core"]
    assert file.startswith(str(other))


def test_every_observation_agrees_there_too(other: Path, unpacked_wheel: Path) -> None:
    native, ours = observed(other), observed(other, unpacked_wheel)
    assert (native.pop("engine"), ours.pop("engine")) == ("native", "python")
    assert "\n".join(disagreements(native, ours)) == ""


def test_the_kernels_own_tests_pass_there_too(other: Path) -> None:
    files = [f"tests/kernel/test_{name}.py" for name in TESTS]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *WITHOUT_NEWER_PLUGINS, *files],
        env={**os.environ, "PYTHONPATH": str(other), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]
    assert " passed" in run.stdout
