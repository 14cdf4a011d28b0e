"""Running the differential scenarios in a process of their own, on either engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class EngineFailed(AssertionError):
    """The scenarios' program did not get to its end; the text is what it said."""


OBSERVE = Path(__file__).resolve().parent / "differential" / "observe.py"


def observed(*first_on_path: Path) -> dict[str, Any]:
    """What all scenarios see: on the native engine of this environment, or on the packages in folders."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    if first_on_path:
        environment["PYTHONPATH"] = os.pathsep.join(map(str, first_on_path))
    run = subprocess.run(
        [sys.executable, str(OBSERVE)], env=environment, capture_output=True, text=True, check=False
    )
    if run.returncode != 0:
        raise EngineFailed(run.stderr)
    seen: dict[str, Any] = json.loads(run.stdout)
    return seen
