"""Wheels from PyPI, through pip and its configuration, kept until their hash changes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PINS = Path(__file__).with_name("pinned.toml")
RUNTIME_PYTHON = "3.14"


class FetchError(Exception):
    """A pinned wheel cannot be had as it was pinned."""


class DownloadFailed(FetchError):
    """pip could not download the wheel."""

    def __init__(self, pin: Pin, output: str) -> None:
        super().__init__(f"pip could not download {pin.name}=={pin.version} ({pin.file}):\n{output.strip()}")


class HashDiffers(FetchError):
    """The index gave other bytes than the pinned ones."""

    def __init__(self, pin: Pin, found: str) -> None:
        super().__init__(
            f"{pin.file} has sha256 {found}, and {pin.sha256} is pinned in {PINS.name}. "
            "If the release was replaced on purpose, review it and change the pin."
        )


@dataclass(frozen=True)
class Pin:
    """One wheel: which release, which file of it, which bytes."""

    name: str
    version: str
    file: str
    sha256: str
    tags: dict[str, str]


def pins() -> tuple[Pin, list[Pin]]:
    """The official wheel that the kernel is put into, and the wheels that are shipped as they are."""
    written = tomllib.loads(PINS.read_text(encoding="utf-8"))
    return _pin(written["source"]), [_pin(entry) for entry in written["vendored"]]


def _pin(entry: dict[str, Any]) -> Pin:
    return Pin(entry["name"], entry["version"], entry["file"], entry["sha256"], entry.get("tags", {}))


def fetched(pin: Pin, cache: Path) -> Path:
    """The pinned wheel in the cache folder, downloaded if it is not there.

    Raises:
        FetchError: it cannot be downloaded, or its hash is not the pinned one.
    """
    kept = cache / pin.file
    if kept.exists() and sha256(kept) == pin.sha256:
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    # Beside the cache, so that a broken download is never taken for a good one.
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        run = subprocess.run(_command(pin, folder), capture_output=True, text=True, check=False)
        downloaded = Path(folder) / pin.file
        if run.returncode != 0 or not downloaded.exists():
            raise DownloadFailed(pin, run.stderr or run.stdout or "it chose another file")
        found = sha256(downloaded)
        if found != pin.sha256:
            raise HashDiffers(pin, found)
        downloaded.replace(kept)
    return kept


def _command(pin: Pin, folder: str) -> list[str]:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--dest", folder]
    # Always for the Python of Pyodide, which may be newer than the one that runs this.
    command += ["--python-version", pin.tags.get("python", RUNTIME_PYTHON)]
    if "platform" in pin.tags:
        command += ["--platform", pin.tags["platform"], "--implementation", "cp", "--abi", pin.tags["abi"]]
    return [*command, f"{pin.name}=={pin.version}"]


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
