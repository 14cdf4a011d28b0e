"""What a benchmark gives: a figure of ours beside what a user would have otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Spread:
    """What several measurements of one thing add up to."""

    median: float
    min: float
    max: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        if not values:
            raise ValueError("Nothing was measured.")
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True)
class Figure:
    """One measured thing.

    `ratio` is ours over theirs, pair by pair, never of the medians: a machine that gets slower in the course
    of a run slows down both halves of a pair. Where there is no other to compare with, `theirs` and `ratio`
    are None and `goal` says what it is held to.
    """

    name: str
    unit: str
    better: Literal["higher", "lower"]
    n: int
    ours: Spread
    theirs: Spread | None = None
    ratio: Spread | None = None
    beside: str | None = None
    """What `theirs` is."""
    goal: str | None = None
    note: str | None = None


def paired(
    name: str,
    unit: str,
    better: Literal["higher", "lower"],
    pairs: Sequence[tuple[float, float]],
    *,
    beside: str,
    goal: str | None = None,
    note: str | None = None,
) -> Figure:
    """A figure from (ours, theirs) pairs, each taken one right after the other."""
    return Figure(
        name,
        unit,
        better,
        len(pairs),
        Spread.of([ours for ours, _ in pairs]),
        Spread.of([theirs for _, theirs in pairs]),
        Spread.of([ours / theirs for ours, theirs in pairs]),
        beside,
        goal,
        note,
    )


def alone(
    name: str,
    unit: str,
    better: Literal["higher", "lower"],
    values: Sequence[float],
    *,
    goal: str | None = None,
    note: str | None = None,
) -> Figure:
    """A figure that is held to a goal, as there is nothing to compare it with."""
    return Figure(name, unit, better, len(values), Spread.of(values), goal=goal, note=note)
