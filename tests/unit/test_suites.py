"""`make test` tells the truth: a suite that crashed, found nothing or could not run is never ok."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import browser
from tools.suites import ROOT, Suite, main, run

PASSED = '<testsuite><testcase name="a"/></testsuite>'
MIXED = """<testsuite><testcase name="a"/><testcase name="b"><failure/></testcase>
<testcase name="c"><skipped message="no GPU"/></testcase></testsuite>"""


def make(*arguments: str, folder: Path = ROOT) -> str:
    """What a make prints that nobody called from within another one."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    return tmp_path


def suite(reports: Path, report: str | None, code: int = 0, *, not_run: str | None = None) -> Suite:
    """A suite whose runner writes this report and ends with this code."""
    path = reports / "made.xml"
    write = "" if report is None else f"import pathlib; pathlib.Path({str(path)!r}).write_text({report!r})\n"
    command = (sys.executable, "-c", f"{write}raise SystemExit({code})")
    return Suite("made", ((reports, command),), lambda: not_run, report=path)


def test_a_suite_that_passed_is_ok(reports: Path) -> None:
    outcome = run(suite(reports, PASSED))
    assert (outcome.ok, outcome.passed, outcome.failed) == (True, 1, 0)


def test_failures_and_skips_are_counted_with_their_reasons(reports: Path) -> None:
    outcome = run(suite(reports, MIXED, 1))
    assert (outcome.ok, outcome.passed, outcome.failed) == (False, 1, 1)
    assert outcome.skipped == ["c: no GPU"]


def test_the_end_of_the_log_names_every_failure_and_its_reason(
    reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = """<testsuite><testcase classname="a.test.ts" name="adds"><failure message="2 is
    not 3"/></testcase><testcase name="ends"><error>Traceback</error></testcase></testsuite>"""
    assert main([], (suite(reports, report, 1),)) == 1
    end = capsys.readouterr().out.split("suite      result")[1]
    assert "failed in made: a.test.ts adds: 2 is not 3" in end
    assert "failed in made: ends: Traceback" in end


@pytest.mark.parametrize(
    "report", [None, PASSED[:20], "<testsuite/>"], ids=["no report", "half a report", "no test in it"]
)
def test_a_runner_that_ends_well_without_a_result_has_failed(reports: Path, report: str | None) -> None:
    assert not run(suite(reports, report)).ok


def test_a_report_with_a_failure_is_a_failure_whatever_the_runner_says(reports: Path) -> None:
    assert not run(suite(reports, MIXED, 0)).ok


def test_an_old_report_is_not_read_again(reports: Path) -> None:
    run(suite(reports, PASSED))
    assert run(suite(reports, None)).passed == 0


def test_a_runner_that_is_not_there_is_a_failed_suite(reports: Path) -> None:
    assert not run(Suite("made", ((reports, ("no-such-runner",)),))).ok


def test_what_cannot_run_here_is_named_and_fails_only_where_ci_is_set(
    reports: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = (suite(reports, PASSED, not_run="there is no GPU"),)
    monkeypatch.delenv("CI", raising=False)
    assert main([], known) == 0
    assert "not run: made, because there is no GPU" in capsys.readouterr().out
    monkeypatch.setenv("CI", "1")
    assert main([], known) == 1


def test_a_skipped_test_is_named_and_fails_only_where_ci_is_set(
    reports: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    skips = PASSED.replace("</testsuite>", MIXED.partition("</testcase>\n")[2])
    monkeypatch.delenv("CI", raising=False)
    assert main([], (suite(reports, skips),)) == 0
    assert "skipped in made: c: no GPU" in capsys.readouterr().out
    monkeypatch.setenv("CI", "1")
    assert main([], (suite(reports, skips),)) == 1


def waiting(folder: Path, name: str, *, of: str, alone: bool = False) -> Suite:
    """A suite that fails where the other one has not begun within ten seconds."""
    program = f"""
import pathlib, time
pathlib.Path({name!r}).touch()
end = time.monotonic() + 10
while not pathlib.Path({of!r}).exists():
    assert time.monotonic() < end
    time.sleep(0.01)
print("{name} saw {of}")
"""
    return Suite(name, ((folder, (sys.executable, "-c", program)),), alone=alone)


def test_suites_run_side_by_side_and_what_each_prints_stands_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], (waiting(tmp_path, "a", of="b"), waiting(tmp_path, "b", of="a"))) == 0
    a, b = capsys.readouterr().out.split("===== b =====")
    assert "a saw b" in a
    assert "b saw a" in b


def test_a_suite_that_wants_the_machine_for_itself_runs_behind_the_others(tmp_path: Path) -> None:
    program = "import pathlib; raise SystemExit(pathlib.Path('alone').exists())"
    before = Suite("before", ((tmp_path, (sys.executable, "-c", program)),))
    assert main([], (waiting(tmp_path, "alone", of="alone", alone=True), before, before)) == 0


def test_a_suite_that_does_not_exist_is_refused() -> None:
    assert main(["nowhere"]) == 2


def test_the_suites_run_even_where_there_is_no_browser() -> None:
    dry = make("-n", "test")
    assert "tools.suites" in dry
    assert "tools.browser" not in dry


def test_help_names_everything_that_can_be_made() -> None:
    lines = (ROOT / "Makefile").read_text().splitlines()
    targets = {name for line in lines if line.startswith(".PHONY:") for name in line.split()[1:]}
    said = make("help")
    assert {line.split()[0] for line in said.splitlines() if not line.startswith("make")} == targets


@pytest.mark.parametrize(
    ("target", "removed", "step"),
    [
        ("test-unit", ".venv/bin/python", "pip install"),
        ("test-web", "web/node_modules/.package-lock.json", "npm ci"),
        ("wheels", "dist/wheels/pyodide-lock.json", "build_wheel.sh"),
        ("site", "dist/site/index.html", "npm run --silent build"),
    ],
)
def test_what_was_removed_by_hand_is_made_again(tmp_path: Path, target: str, removed: str, step: str) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    made = [
        *("requirements/dev.txt", "pyproject.toml", "web/package-lock.json", "build_wheel.sh"),
        *(".venv/bin/python", "web/node_modules/.package-lock.json"),
        *("dist/wheels/pyodide-lock.json", "dist/site/index.html"),
        *(f".stamps/{name}" for name in ("python", "node", "wheels", "site")),
    ]
    for name in made:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)

    def plan() -> str:
        return make("-n", target, folder=tmp_path)

    assert step not in plan()
    (tmp_path / removed).unlink()
    assert step in plan()


def test_bytecode_and_coverage_do_not_make_the_site_again(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    listed = tmp_path / "print.mk"
    listed.write_text("include Makefile\nprint:\n\t@echo $(SITE_SOURCES)\n")
    for name in ("protocol/wire.schema.json", "protocol/__pycache__/a.pyc", "web/coverage/a.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = make("-f", "print.mk", "print", folder=tmp_path)
    assert found.split() == ["protocol/wire.schema.json"]


def test_a_chosen_browser_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBLLM_CHROMIUM", str(tmp_path / "chromium"))
    with pytest.raises(browser.NoBrowser, match="WEBLLM_CHROMIUM"):
        browser.ensure()
