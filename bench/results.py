"""Results as files: one JSON a benchmark, with the conditions under which it was taken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.conditions import Conditions
from bench.figure import Figure, Spread

FOLDER = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Result:
    """What one benchmark measured, and where."""

    benchmark: str
    figures: Sequence[Figure]
    conditions: Conditions


def write(result: Result, folder: Path = FOLDER) -> Path:
    """Write a result beside the others; four significant digits are more than a shared machine gives."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.benchmark}.json"
    text = json.dumps(_rounded(asdict(result)), indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")
    return path


def read(path: Path) -> Result:
    """Read a result.

    Raises:
        KeyError, TypeError: the file is none of ours.
    """
    given = json.loads(path.read_text(encoding="utf-8"))
    return Result(
        given["benchmark"],
        [_figure(figure) for figure in given["figures"]],
        Conditions(**given["conditions"]),
    )


def read_all(folder: Path = FOLDER) -> list[Result]:
    """Every result of a folder, by name."""
    return [read(path) for path in sorted(folder.glob("*.json"))]


def _figure(given: dict[str, Any]) -> Figure:
    spreads = {name: Spread(**given[name]) for name in ("ours", "theirs", "ratio") if given[name] is not None}
    return Figure(**{**given, **spreads})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return value
