"""Lighthouse's look at a page as a phone shows it: a slower processor, a core for the page's own thread."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from tests.e2e.page_thread import PageThread
from tools import browser as chromium
from tools.serve import ROOT

PROGRAM = ROOT / "web" / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("accessibility", "best-practices", "performance", "seo")

SLOWDOWN = 4.0
"""What Lighthouse makes of a desktop to see a page as a phone does."""
DESKTOP = 1_500
"""Lighthouse's index of a desktop for which that is meant."""


class Look(NamedTuple):
    """What one look at a page gave."""

    report: dict[str, Any]
    slowdown: float
    """By how much this machine, busy as it was, is to be slowed down to be like that phone."""

    @property
    def scores(self) -> dict[str, float]:
        """Between 0 and 1, by category."""
        return {name: category["score"] for name, category in self.report["categories"].items()}


def look(url: str, file: Path, slowdown: float = SLOWDOWN) -> Look:
    """Look at the page at `url`, taking each of its tasks for `slowdown` times as long as it was.

    The report is also written to `file`.
    """
    flags = " ".join(["--headless=new", *chromium.flags(webgpu=False)])
    command = ["node", str(PROGRAM), url, f"--chrome-flags={flags}", "--output=json", "--quiet"]
    command += [f"--throttling.cpuSlowdownMultiplier={slowdown:.2f}"]
    command += [f"--output-path={file}", f"--only-categories={','.join(CATEGORIES)}"]
    with PageThread(os.getpid()) as page:
        subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": str(chromium.ensure())})
    report: dict[str, Any] = json.loads(file.read_text())
    speed = report["environment"]["benchmarkIndex"] / DESKTOP
    return Look(report, min(SLOWDOWN, max(1.0, SLOWDOWN * speed * page.share)))
