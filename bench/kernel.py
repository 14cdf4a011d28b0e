"""The kernel in pure Python beside the native one: emits with 0, 1 and 10 handlers, and a session's turn.

On CPython, where both run: a process of each in alternation. No browser has a part in it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.conditions import ROOT, taken_now
from bench.figure import Figure, paired
from bench.results import Result

PROGRAM = Path(__file__).with_name("kernel_program.py")
NAMES = {
    "emit 0": "An event without handlers",
    "emit 1": "An event with 1 handler",
    "emit 10": "An event with 10 handlers",
    "turn": "A session's turn with a scripted provider (6 events, 1 handler each)",
}


def run(pairs: int) -> Result:
    """Measure both engines, pair by pair."""
    with TemporaryDirectory() as folder:
        _unpack(Path(folder))
        _taken(None), _taken(Path(folder))  # the first start reads everything from the disk
        taken = [(_taken(Path(folder)), _taken(None)) for _ in range(pairs)]
    versions = {"CPython": platform.python_version(), "amplifier-core": version("amplifier-core")}
    conditions = dataclasses.replace(taken_now(None), versions=versions)
    return Result("kernel", [_figure(key, taken) for key in NAMES], conditions)


def _unpack(folder: Path) -> None:
    with zipfile.ZipFile(next((ROOT / "dist" / "wheels").glob("amplifier_core-*.whl"))) as archive:
        archive.extractall(folder)


def _taken(first_on_path: Path | None) -> dict[str, float]:
    """Microseconds by name, on the native engine or on the package in a folder."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if first_on_path is not None:
        environment["PYTHONPATH"] = str(first_on_path)
    done = subprocess.run(
        [sys.executable, str(PROGRAM)], env=environment, capture_output=True, text=True, check=True
    )
    taken: dict[str, float] = json.loads(done.stdout)
    return taken


def _figure(key: str, pairs: list[tuple[dict[str, float], dict[str, float]]]) -> Figure:
    return paired(
        f"Kernel: {NAMES[key][0].lower()}{NAMES[key][1:]}",
        "µs",
        "lower",
        [(ours[key], native[key]) for ours, native in pairs],
        beside="the native engine",
        goal="at least as fast",
    )
