"""The Playwright test that others copy, run as they would run it: alone, against a page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import browser as chromium

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "test_your_page.py"


def test_the_test_to_copy_passes_against_the_site(site: str, tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path)
    settings = {"PAGE_URL": f"{site}?device=cpu", "CHROMIUM": str(chromium.ensure())}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", EXAMPLE.name],
        check=False,
        cwd=tmp_path,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_it_is_short_enough_to_copy() -> None:
    assert len(EXAMPLE.read_text(encoding="utf-8").splitlines()) < 40
