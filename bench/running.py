"""What every benchmark gets to run with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Playwright

from bench.results import Result


@dataclass(frozen=True)
class Rig:
    """A served site, a browser's maker, and how much to measure.

    Args:
        pairs: how often both sides are measured, in alternation.
        tokens: the longest answer of a real model; the scripted engine says a thousand times as many.
    """

    playwright: Playwright
    site: str
    pairs: int = 7
    tokens: int = 64


Benchmark = Callable[[Rig], Result]
