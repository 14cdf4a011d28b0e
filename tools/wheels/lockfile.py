"""The lock file that the application's Pyodide boots from: our wheels, none of Pyodide's own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tools.wheels.metadata import WheelFacts


class LockError(Exception):
    """The lock file would name something that is not there."""


class UnmetRequirement(LockError):
    """A wheel requires a project that no other wheel of the folder provides."""

    def __init__(self, wheel: WheelFacts, requirement: str) -> None:
        super().__init__(
            f"{wheel.path.name} requires {requirement}, and no wheel here provides it. "
            "Pin one in tools/wheels/pinned.toml."
        )


class NoPyodide(LockError):
    """The npm package `pyodide`, whose lock file says which Python and ABI it has, is not installed."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no {path}. Install the npm packages first: cd web && npm ci")


def runtime_info(pyodide: Path) -> dict[str, Any]:
    """What the installed Pyodide says of itself: ABI, architecture, platform, Python version."""
    path = pyodide / "pyodide-lock.json"
    if not path.exists():
        raise NoPyodide(path)
    info: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["info"]
    return info


def lock(wheels: Iterable[WheelFacts], info: dict[str, Any]) -> dict[str, Any]:
    """The lock file's content; file names are relative to the `packageBaseUrl` of `loadPyodide`.

    Raises:
        UnmetRequirement: a dependency is missing. Pyodide would only log that, at run time.
    """
    known = {wheel.key: wheel for wheel in wheels}
    packages = {}
    for key, wheel in sorted(known.items()):
        for requirement in wheel.requires:
            if requirement not in known:
                raise UnmetRequirement(wheel, requirement)
        packages[key] = {
            "depends": list(wheel.requires),
            "file_name": wheel.path.name,
            "imports": list(wheel.imports),
            "install_dir": "site",
            "name": wheel.name,
            "package_type": "package",
            "sha256": wheel.sha256,
            "unvendored_tests": False,
            "version": wheel.version,
        }
    return {"info": info, "packages": packages}


def write(wheels: Iterable[WheelFacts], pyodide: Path, path: Path) -> None:
    """Writes the lock file."""
    content = lock(wheels, runtime_info(pyodide))
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
