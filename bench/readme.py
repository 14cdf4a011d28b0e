"""The figures in the README: made from the results' files, between two markers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.conditions import Conditions
from bench.figure import Figure, Spread
from bench.results import Result, read_all

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN = "<!-- figures: begin (python -m bench readme) -->"
END = "<!-- figures: end -->"


class NoPlace(RuntimeError):
    """The README has no markers for the figures."""


def table(results: Sequence[Result]) -> str:
    """The figures as a Markdown table."""
    rows = [_row(figure) for result in results for figure in result.figures]
    return "\n".join(["| figure | ours | beside it | ratio (min to max) |", "|---|---|---|---|", *rows])


def section(results: Sequence[Result]) -> str:
    """The table, and under which conditions it came about."""
    conditions = dict.fromkeys(_conditions(result.conditions) for result in results)
    loads = [result.conditions.load for result in results]
    busy = f"Load averages at the ends of the runs: {min(loads):.1f} to {max(loads):.1f}."
    return "\n".join([table(results), "", *(f"Taken {line}." for line in conditions), busy])


def placed(text: str, inside: str) -> str:
    """The text with this between its markers.

    Raises:
        NoPlace: the markers are not there.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NoPlace(f"README.md needs the lines {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n{inside}\n{END}{after}"


def update(path: Path = README) -> None:
    """Write the kept results into the README."""
    path.write_text(placed(path.read_text(encoding="utf-8"), section(read_all())), encoding="utf-8")


def _row(figure: Figure) -> str:
    unit = figure.unit
    ours = f"{_number(figure.ours.median)} {unit}"
    if figure.theirs is None or figure.ratio is None:
        goal = "" if figure.goal is None else f"goal: {figure.goal}"
        return f"| {figure.name} | {ours} ({_range(figure.ours)}) | {goal} | |"
    theirs = f"{_number(figure.theirs.median)} {unit}: {figure.beside}"
    ratio = (
        f"**{figure.ratio.median:.2f}** ({figure.ratio.min:.2f} to {figure.ratio.max:.2f}, {figure.n} pairs)"
    )
    return f"| {figure.name} | {ours} | {theirs} | {ratio} |"


def _range(spread: Spread) -> str:
    return f"{_number(spread.min)} to {_number(spread.max)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _conditions(conditions: Conditions) -> str:
    where = f"{conditions.machine}, {conditions.cores} cores, {conditions.memory_gib:.0f} GiB"
    if conditions.browser is None:
        return f"{conditions.date} on {where}, CPython; {_versions(conditions)}"
    adapter = "no WebGPU" if conditions.adapter is None else f"WebGPU by {conditions.adapter}"
    browser = f"headless Chromium {conditions.browser}"
    return f"{conditions.date} on {where}, {browser}, {adapter}; {_versions(conditions)}"


def _versions(conditions: Conditions) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(conditions.versions.items()))
