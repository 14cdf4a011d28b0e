"""A release of Pyodide: whether our wheels start in it, and what the scenarios see there."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kernel.watch.changes import Change
from kernel.watch.newest import version_of
from tests.kernel.differential.comparing import disagreements
from tests.kernel.engines import observed
from tests.pyodide.harness import DIFFERENTIAL, DIFFERENTIAL_CODE, WHEELS, Run, RunFailed, checks
from tools.serve import serving


def changes(package: Path) -> tuple[str, list[Change]]:
    """The release that was looked at, and what no longer works in it."""
    release = f"Pyodide {version_of(package)}"
    try:
        result = _result(package)
    except RunFailed as error:
        return release, [Change(release, "It does not run", (_last_line(str(error)),))]
    if result["boot"] is not None:
        return release, [Change(release, "It does not start with our wheels", (_last_line(result["boot"]),))]
    failed = tuple(check["name"] for check in result["checks"] if not check["passed"])
    found = [Change(release, "Checks that fail", failed)] if failed else []
    return release, [*found, *_behaviour(result, release)]


def _result(package: Path) -> dict[str, Any]:
    code = {check.name: check.code for check in checks()} | {"differential": DIFFERENTIAL_CODE}
    with TemporaryDirectory() as folder, serving(WHEELS) as wheels:
        return Run(
            "lock",
            wheels,
            Path(folder),
            code=code,
            mounts={str(DIFFERENTIAL): "/differential"},
            pyodide=package,
        ).result()


def _behaviour(result: dict[str, Any], release: str) -> list[Change]:
    seen = next(check for check in result["checks"] if check["name"] == "differential")
    if not seen["passed"]:
        return []
    differing = disagreements(observed(), json.loads(seen["value"]))
    names = tuple(paragraph.partition("\n")[0] for paragraph in differing)
    names = tuple(name for name in names if name != "engine")
    return [Change(release, "Observations that differ from the native engine", names)] if names else []


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]
