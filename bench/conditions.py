"""Under which conditions a figure was taken: a number without them says nothing."""

from __future__ import annotations

import datetime
import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Conditions:
    """The machine and the versions of one run."""

    date: str
    browser: str | None
    """The version of Chromium; None where it was taken on CPython alone."""
    adapter: str | None
    """The WebGPU adapter of the run; None where it was taken without WebGPU."""
    cores: int
    memory_gib: float
    machine: str
    load: float
    """The load average of the last minute at the end: what else the machine did is in it."""
    versions: dict[str, str]


def taken_now(browser: str | None, adapter: str | None = None) -> Conditions:
    """The conditions of a run that has just ended."""
    return Conditions(
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        browser=browser,
        adapter=adapter,
        cores=os.cpu_count() or 1,
        memory_gib=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30,
        machine=f"{platform.system()} {platform.machine()}",
        load=os.getloadavg()[0],
        versions=_versions(),
    )


def _versions() -> dict[str, str]:
    modules = ROOT / "web" / "node_modules"
    packages = {
        "web-llm": modules / "@mlc-ai" / "web-llm",
        "wllama": modules / "@wllama" / "wllama",
        "pyodide": modules / "pyodide",
        "webllm-provider": ROOT / "web",
    }
    return {
        name: json.loads((path / "package.json").read_text())["version"] for name, path in packages.items()
    }
