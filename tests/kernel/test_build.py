"""`python -m kernel.build`: what it makes, what it prints, and how it refuses."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from kernel.build import main
from tools.wheels.fetch import fetched, pins, sha256

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = ROOT / "build" / "wheels"
NAME = "amplifier_core-2.0.2+pyodide.1-py3-none-any.whl"


@pytest.fixture(autouse=True)
def without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """pip sees what was downloaded already, and nothing else."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(CACHE))


def test_two_runs_give_the_same_bytes_and_the_hash_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], repackaged_wheel: Path
) -> None:
    printed = []
    for folder in ("one", "other"):
        assert main(["--cache", str(CACHE), "--out", str(tmp_path / folder)]) == 0
        printed.append(capsys.readouterr().out)
    wheels = [tmp_path / folder / NAME for folder in ("one", "other")]
    assert wheels[0].read_bytes() == wheels[1].read_bytes() == repackaged_wheel.read_bytes()
    assert printed == [f"{wheel}  sha256 {sha256(wheel)}\n" for wheel in wheels]


def test_a_given_wheel_is_taken_instead_of_the_pinned_one(tmp_path: Path, repackaged_wheel: Path) -> None:
    given = shutil.copy(fetched(pins()[0], CACHE), tmp_path)
    assert main(["--wheel", str(given), "--cache", str(tmp_path / "empty"), "--out", str(tmp_path)]) == 0
    assert (tmp_path / NAME).read_bytes() == repackaged_wheel.read_bytes()


def test_a_release_with_an_unknown_name_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wheel = tmp_path / "amplifier_core-9.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("amplifier_core/__init__.py", "from ._engine import brand_new")
        archive.writestr("amplifier_core/loader_grpc.py", "")
        archive.writestr("amplifier_core-9.0.dist-info/METADATA", "Name: amplifier-core\nVersion: 9.0\n\n")
    assert main(["--wheel", str(wheel), "--out", str(tmp_path)]) == 1
    assert "brand_new (in amplifier_core/__init__.py)" in capsys.readouterr().err


def test_a_release_that_cannot_be_downloaded_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert main(["--cache", str(tmp_path), "--out", str(tmp_path)]) == 1
    assert "pip could not download amplifier-core==2.0.2" in capsys.readouterr().err
