"""The README's table of features by engine, from the reports of a test run.

`python -m tools.matrix` reads `dist/reports/*.xml` (`make test` writes them) and puts the table between the
marks in README.md; `--check` only says whether it is current. A cell is a test that passed there; a feature
of which one test failed has no tick.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.suites import REPORTS, ROOT

README = ROOT / "README.md"
BEGIN = "<!-- features: begin, written by python -m tools.matrix -->"
END = "<!-- features: end -->"
ENGINES = {"webgpu": "WebGPU", "cpu": "CPU", "http": "server"}


class Incomplete(Exception):
    """The reports do not cover what the table needs; the message says what to run."""


@dataclass(frozen=True)
class Shown:
    """One test that showed a feature on an engine, or did not."""

    engine: str
    feature: str
    file: str
    """Path of the test, from the root."""
    passed: bool


def shown_in(report: ElementTree.Element) -> Iterator[Shown]:
    """What the tests of a JUnit report showed; a test that was not run shows nothing."""
    for case in report.iter("testcase"):
        if case.find("skipped") is not None:
            continue
        passed = case.find("failure") is None and case.find("error") is None
        file = case.get("classname", "").split(".")
        path = "/".join(part for part in file if not part[:1].isupper()) + ".py"
        for entry in case.iter("property"):
            if entry.get("name") == "feature":
                engine, _, feature = (entry.get("value") or "").partition(": ")
                yield Shown(engine, feature, path, passed)


def table(found: Iterable[Shown]) -> str:
    """The table in Markdown: a row for each feature, in the order in which they came."""
    cells: dict[str, dict[str, list[Shown]]] = {}
    for one in found:
        cells.setdefault(one.feature, {}).setdefault(one.engine, []).append(one)
    lines = [f"| feature | {' | '.join(ENGINES.values())} |", f"|---{'|---' * len(ENGINES)}|"]
    for feature, engines in cells.items():
        lines.append(f"| {feature} | {' | '.join(_cell(engines.get(engine, [])) for engine in ENGINES)} |")
    return "\n".join(lines)


def _cell(tests: Sequence[Shown]) -> str:
    if not tests:
        return ""
    if not all(test.passed for test in tests):
        return "fails"
    return f"[✓]({tests[0].file})"


def with_table(readme: str, made: str) -> str:
    """A README with the table in its place.

    Raises:
        Incomplete: it has no marks.
    """
    place = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    if not place.search(readme):
        raise Incomplete(f"README.md has no place for the table: {BEGIN} ... {END}")
    return place.sub(lambda _: f"{BEGIN}\n\n{made}\n\n{END}", readme)


def read_reports(folder: Path = REPORTS) -> list[Shown]:
    """Everything that the last run showed.

    Raises:
        Incomplete: an engine is missing, so that its column would be lost.
    """
    found = [
        one for path in sorted(folder.glob("*.xml")) for one in shown_in(ElementTree.parse(path).getroot())
    ]
    if missing := [name for engine, name in ENGINES.items() if engine not in {one.engine for one in found}]:
        raise Incomplete(f"The reports show nothing of {', '.join(missing)}: run `make test` first.")
    return found


def main(arguments: Sequence[str] = ()) -> int:
    """Write the table, or with `--check` compare it; 1 where it is not current."""
    try:
        readme = README.read_text(encoding="utf-8")
        made = with_table(readme, table(read_reports()))
    except Incomplete as error:
        print(error)
        return 1
    if made == readme:
        return 0
    if "--check" in arguments:
        print("README.md: the table of features is stale, run python -m tools.matrix")
        return 1
    README.write_text(made, encoding="utf-8")
    print("README.md: written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
