"""Run the suites one after another and close with one table: what ran, what did not, and why.

`python -m tools.suites` runs all of them, `python -m tools.suites unit e2e` some. A suite that needs
what the machine cannot give is *not run*, with the reason; where `CI` is set that counts as a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools import browser

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "dist" / "reports"
WEB = ROOT / "web"

Command = tuple[str, ...]


def _pytest(folder: str) -> Command:
    name = Path(folder).name
    return (sys.executable, "-m", "pytest", folder, f"--junitxml={REPORTS / name}.xml")


def _needs_chromium() -> str | None:
    try:
        browser.ensure()
    except browser.NoBrowser as error:
        return str(error)
    return None


@dataclass(frozen=True)
class Suite:
    """Commands that belong together, and what they need of the machine."""

    name: str
    commands: tuple[tuple[Path, Command], ...]
    needs: Callable[[], str | None] = lambda: None


def _suite(name: str, *commands: Command, needs: Callable[[], str | None] = lambda: None) -> Suite:
    return Suite(name, tuple((ROOT, command) for command in commands), needs)


SUITES = (
    Suite(
        "lint",
        (
            (ROOT, (sys.executable, "-m", "ruff", "check", ".")),
            (ROOT, (sys.executable, "-m", "ruff", "format", "--check", ".")),
            (ROOT, (sys.executable, "-m", "mypy")),
            (ROOT, (sys.executable, "protocol/generate.py", "--check")),
            (WEB, ("npm", "run", "--silent", "typecheck")),
            (WEB, ("npm", "run", "--silent", "lint")),
        ),
    ),
    _suite("unit", _pytest("tests/unit")),
    _suite("kernel", _pytest("tests/kernel")),
    _suite("model", _pytest("tests/model")),
    Suite(
        "web",
        (
            (
                WEB,
                (
                    "npx",
                    "vitest",
                    "run",
                    "--reporter=default",
                    "--reporter=junit",
                    f"--outputFile.junit={REPORTS / 'web.xml'}",
                ),
            ),
        ),
    ),
    _suite("pyodide", _pytest("tests/pyodide")),
    _suite("e2e", _pytest("tests/e2e"), needs=_needs_chromium),
)


@dataclass
class Outcome:
    """What came of one suite."""

    suite: str
    ok: bool = True
    not_run: str | None = None
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)
    seconds: float = 0.0


def _read_report(outcome: Outcome) -> None:
    report = REPORTS / f"{outcome.suite}.xml"
    if not report.exists():
        return
    for case in ElementTree.parse(report).iter("testcase"):
        skipped = case.find("skipped")
        if skipped is not None:
            outcome.skipped.append(f"{case.get('name')}: {skipped.get('message') or 'no reason given'}")
        elif case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
        else:
            outcome.passed += 1


def run(suite: Suite) -> Outcome:
    outcome = Outcome(suite.name)
    print(f"\n===== {suite.name} =====", flush=True)
    (REPORTS / f"{suite.name}.xml").unlink(missing_ok=True)
    if reason := suite.needs():
        outcome.not_run = reason
        return outcome
    started = time.monotonic()
    for folder, command in suite.commands:
        print("$", " ".join(command).replace(str(ROOT), "."), flush=True)
        if subprocess.run(command, check=False, cwd=folder).returncode != 0:
            outcome.ok = False
    outcome.seconds = time.monotonic() - started
    _read_report(outcome)
    return outcome


def print_table(outcomes: Sequence[Outcome]) -> None:
    print(f"\n{'suite':<10} {'result':<8} {'passed':>7} {'failed':>7} {'skipped':>8} {'seconds':>8}")
    for one in outcomes:
        result = "not run" if one.not_run else "ok" if one.ok else "FAILED"
        print(
            f"{one.suite:<10} {result:<8} {one.passed:>7} {one.failed:>7} "
            f"{len(one.skipped):>8} {one.seconds:>8.1f}"
        )
    for one in outcomes:
        if one.not_run:
            print(f"not run: {one.suite}, because {one.not_run}")
        for reason in one.skipped:
            print(f"skipped in {one.suite}: {reason}")
    print(f"\n{sum(one.passed for one in outcomes)} passed, {sum(one.failed for one in outcomes)} failed")


def main(names: Sequence[str]) -> int:
    unknown = set(names) - {suite.name for suite in SUITES}
    if unknown:
        print(f"No suite named {', '.join(sorted(unknown))}; there are {', '.join(s.name for s in SUITES)}.")
        return 2
    REPORTS.mkdir(parents=True, exist_ok=True)
    outcomes = [run(suite) for suite in SUITES if not names or suite.name in names]
    print_table(outcomes)
    missing_in_ci = bool(os.environ.get("CI")) and any(one.not_run for one in outcomes)
    return 1 if missing_in_ci or not all(one.ok for one in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
