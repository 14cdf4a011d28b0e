"""Rounds: every side of a comparison once, one right after the other, and another one first each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


def one_round(sides: Mapping[str, Callable[[], T]], first: int) -> dict[str, T]:
    """What each side gives.

    Args:
        sides: by their names.
        first: who begins, counted on from round to round: nobody always has another's heat behind him.
    """
    names = list(sides)
    begin = first % len(names)
    return {name: sides[name]() for name in names[begin:] + names[:begin]}
