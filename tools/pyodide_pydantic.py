"""The pydantic of Pyodide's own lock file, for CPython: people install our wheels beside it, too.

`python -m tools.pyodide_pydantic` prints a folder that a test puts first on the path of another process.
The versions are read from the installed Pyodide, so they follow it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "web" / "node_modules" / "pyodide" / "pyodide-lock.json"
FOLDER = ROOT / "build" / "pydantic"
PACKAGES = ("pydantic", "pydantic-core", "annotated-types", "typing-inspection", "typing-extensions")


class NotInstalled(Exception):
    """pip could not install the versions."""

    def __init__(self, requirements: list[str], output: str) -> None:
        super().__init__(f"pip could not install {' '.join(requirements)}:\n{output.strip()}")


def versions() -> dict[str, str]:
    """Version by project, as Pyodide's lock file has them."""
    packages = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    return {name: packages[name]["version"] for name in PACKAGES}


def folder() -> Path:
    """Where they are installed, which is done if it was not.

    Raises:
        NotInstalled: pip cannot fetch them.
    """
    requirements = [f"{name}=={version}" for name, version in versions().items()]
    place = FOLDER / f"{versions()['pydantic']}-cp{sys.version_info.major}{sys.version_info.minor}"
    if place.exists():
        return place
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that an installation that broke off is never taken for a whole one.
    with TemporaryDirectory(dir=FOLDER) as unfinished:
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        command += ["--only-binary=:all:", "--target", f"{unfinished}/packages", *requirements]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise NotInstalled(requirements, run.stderr or run.stdout)
        Path(unfinished, "packages").rename(place)
    return place


if __name__ == "__main__":
    print(folder())
