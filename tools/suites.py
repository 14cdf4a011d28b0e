"""Run the suites one after another and close with one table: what ran, what did not, and why.

`python -m tools.suites` runs all of them, `python -m tools.suites unit e2e` some. A suite that needs
what the machine cannot give is *not run*, with the reason; where `CI` is set that counts as a failure, and
so does a test that was skipped.
A suite that should write a report is ok only with one in which something passed and nothing failed.

Suites that keep one processor busy run side by side, one for each processor; those with browsers have the
machine to themselves, behind the others. What a suite prints stands together.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tools import browser

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "dist" / "reports"
WEB = ROOT / "web"

Command = tuple[str, ...]


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
    report: Path | None = None
    """The JUnit XML that its runner writes; None where there are no tests."""
    alone: bool = False
    """Whether it wants the whole machine: no other suite runs meanwhile."""


def _pytest_suite(folder: str, needs: Callable[[], str | None] = lambda: None, alone: bool = False) -> Suite:
    name = Path(folder).name
    report = REPORTS / f"{name}.xml"
    command = (sys.executable, "-m", "pytest", folder, f"--junitxml={report}")
    return Suite(name, ((ROOT, command),), needs, report, alone)


SUITES = (
    Suite(
        "lint",
        (
            (ROOT, (sys.executable, "-m", "ruff", "check", ".")),
            (ROOT, (sys.executable, "-m", "ruff", "format", "--check", ".")),
            (ROOT, (sys.executable, "-m", "mypy")),
            (ROOT, (sys.executable, "protocol/generate.py", "--check")),
            (ROOT, (str(Path(sys.executable).parent / "hadolint"), "deploy/Dockerfile")),
            (WEB, ("npm", "run", "--silent", "typecheck")),
            (WEB, ("npm", "run", "--silent", "lint")),
            (WEB, ("node", "vite/lint-workflows.mjs")),
        ),
    ),
    _pytest_suite("tests/unit"),
    Suite(
        "locked",
        (
            (
                ROOT,
                (sys.executable, "-m", "tools.locked", "tests/unit", f"--junitxml={REPORTS / 'locked.xml'}"),
            ),
        ),
        report=REPORTS / "locked.xml",
    ),
    _pytest_suite("tests/kernel"),
    _pytest_suite("tests/model"),
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
        report=REPORTS / "web.xml",
    ),
    _pytest_suite("tests/integration"),
    _pytest_suite("tests/api"),
    _pytest_suite("tests/pyodide"),
    _pytest_suite("tests/e2e", _needs_chromium, alone=True),
)


@dataclass
class Outcome:
    """What came of one suite."""

    suite: str
    output: list[str] = field(default_factory=list)
    """What it printed, where that was not shown as it came."""
    ok: bool = True
    not_run: str | None = None
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    """Name and reason of each test that failed."""
    skipped: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def failed(self) -> int:
        return len(self.failures)


_REASON_LENGTH = 500


def _failure(case: ElementTree.Element) -> str | None:
    """What failed and why, short enough for the end of a log; None where the test passed."""
    said = next((found for kind in ("failure", "error") if (found := case.find(kind)) is not None), None)
    if said is None:
        return None
    reason = " ".join((said.get("message") or said.text or "no reason given").split())
    return f"{case.get('classname') or ''} {case.get('name')}: {reason[:_REASON_LENGTH]}".strip()


def _read_report(outcome: Outcome, report: Path) -> None:
    """Count what the runner wrote; without a whole report nobody knows what would have failed."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        outcome.output.append(f"{outcome.suite} left no report that can be read: {error}\n")
        outcome.ok = False
        return
    for case in cases:
        skipped = case.find("skipped")
        if skipped is not None:
            outcome.skipped.append(f"{case.get('name')}: {skipped.get('message') or 'no reason given'}")
        elif failure := _failure(case):
            outcome.failures.append(failure)
        else:
            outcome.passed += 1
    if outcome.failed or not outcome.passed:
        outcome.ok = False


def _succeeds(folder: Path, command: Command, outcome: Outcome, shown: bool) -> bool:
    line = f"$ {' '.join(command)}".replace(str(ROOT), ".")
    if shown:
        print(line, flush=True)
    else:
        outcome.output.append(f"{line}\n")
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=folder,
            stdout=None if shown else subprocess.PIPE,
            stderr=None if shown else subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        outcome.output.append(f"{command[0]} cannot be started: {error}\n")
        return False
    outcome.output.append(done.stdout or "")
    return done.returncode == 0


def run(suite: Suite, shown: bool = True) -> Outcome:
    """Run every command of a suite, also behind one that fails, and read its report.

    Args:
        suite: what to run.
        shown: let its output come as it is made; otherwise it is kept in the outcome.
    """
    outcome = Outcome(suite.name)
    if suite.report is not None:
        suite.report.unlink(missing_ok=True)
    if reason := suite.needs():
        outcome.not_run = reason
        return outcome
    started = time.monotonic()
    for folder, command in suite.commands:
        outcome.ok = _succeeds(folder, command, outcome, shown) and outcome.ok
    outcome.seconds = time.monotonic() - started
    if suite.report is not None:
        _read_report(outcome, suite.report)
    return outcome


def run_all(suites: Sequence[Suite], at_once: int) -> Iterator[Outcome]:
    """Run suites, so many at once; those that want to be alone behind the others. Prints what they print."""
    together = [suite for suite in suites if not suite.alone]
    one_by_one = [suite for suite in suites if suite.alone]
    if len(together) == 1:
        together, one_by_one = [], [*together, *one_by_one]
    with ThreadPoolExecutor(at_once) as pool:
        for outcome in pool.map(lambda suite: run(suite, shown=False), together):
            print(f"\n===== {outcome.suite} =====\n{''.join(outcome.output)}", flush=True)
            yield outcome
    for suite in one_by_one:
        print(f"\n===== {suite.name} =====", flush=True)
        outcome = run(suite)
        print("".join(outcome.output), end="", flush=True)
        yield outcome


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
        for failure in one.failures:
            print(f"failed in {one.suite}: {failure}")
    print(f"\n{sum(one.passed for one in outcomes)} passed, {sum(one.failed for one in outcomes)} failed")


def main(names: Sequence[str], known: Sequence[Suite] = SUITES) -> int:
    """Run the named suites, or all; returns the exit status."""
    unknown = set(names) - {suite.name for suite in known}
    if unknown:
        print(f"No suite named {', '.join(sorted(unknown))}; there are {', '.join(s.name for s in known)}.")
        return 2
    REPORTS.mkdir(parents=True, exist_ok=True)
    wanted = [suite for suite in known if not names or suite.name in names]
    outcomes = list(run_all(wanted, max(2, os.cpu_count() or 2)))
    print_table(outcomes)
    left_out_in_ci = bool(os.environ.get("CI")) and any(one.not_run or one.skipped for one in outcomes)
    return 1 if left_out_in_ci or not all(one.ok for one in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
