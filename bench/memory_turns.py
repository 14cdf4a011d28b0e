"""Memory after 500 turns of one conversation beside memory after its first ten: the soak's own measurement.

Counted is what the processes of a browser with this page alone have written, once Python and every isolate of
JavaScript have collected what nobody needs. Minutes; Linux only.
"""

from __future__ import annotations

from bench.conditions import taken_now
from bench.figure import paired
from bench.page import launched
from bench.results import Result
from bench.running import Rig
from tests.e2e.conftest import OriginGuard
from tests.soak.long_conversation import SETTLED_AFTER, TURNS, long_conversation


def run(rig: Rig) -> Result:
    """Measure it, once for each pair."""
    guard = OriginGuard(rig.site.rstrip("/"))
    had = [long_conversation(rig.playwright, rig.site, guard) for _ in range(rig.pairs)]
    with launched(rig.playwright, webgpu=False) as browser:
        conditions = taken_now(browser.version)
    figure = paired(
        f"Memory after {TURNS} turns of one conversation, CPU engine",
        "MB",
        "lower",
        [(one.grown_mb, one.begun_mb) for one in had],
        beside=f"after {SETTLED_AFTER} turns of it (goal: 1.05 at most)",
    )
    return Result("memory_turns", [figure], conditions)
