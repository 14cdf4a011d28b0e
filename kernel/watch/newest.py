"""The newest releases, through pip and npm and their configuration."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

from tools.wheels.fetch import Pin


class NotFetched(Exception):
    """A release cannot be had; says from whom and why."""

    def __init__(self, name: str, program: str, output: str) -> None:
        super().__init__(f"{program} could not fetch the newest {name}:\n{output.strip()}")


def newest_wheel(pin: Pin, folder: Path) -> Path:
    """The newest release of a pinned wheel, for the same platform.

    Raises:
        NotFetched: pip cannot download it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.whl"):
        old.unlink()
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--dest", str(folder), "--implementation", "cp"]
    command += ["--python-version", pin.tags["python"], "--platform", pin.tags["platform"]]
    command += ["--abi", pin.tags["abi"], pin.name]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    wheel = next(folder.glob("*.whl"), None)
    if run.returncode != 0 or wheel is None:
        raise NotFetched(pin.name, "pip", run.stderr or run.stdout)
    return wheel


def newest_package(name: str, folder: Path) -> Path:
    """The unpacked newest release of an npm package.

    Raises:
        NotFetched: npm cannot download it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = subprocess.run(
        ["npm", "pack", f"{name}@latest", "--silent", "--pack-destination", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    packed = folder / run.stdout.strip().rpartition("\n")[2]
    if run.returncode != 0 or not packed.is_file():
        raise NotFetched(name, "npm", run.stderr or run.stdout)
    unpacked = folder / packed.stem
    with tarfile.open(packed) as archive:
        archive.extractall(unpacked, filter="data")
    return unpacked / "package"


def version_of(package: Path) -> str:
    """The version of an unpacked npm package."""
    return str(json.loads((package / "package.json").read_text(encoding="utf-8"))["version"])
