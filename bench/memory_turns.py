"""Memory after 500 turns of one conversation beside memory after its first ten: the soak's own measurement.

Counted is what the processes of a browser with this page alone have written, once Python and every isolate of
JavaScript have collected what nobody needs and V8 has given it back. Minutes; Linux only.
"""

from __future__ import annotations

from bench.memory import of_memory
from bench.results import Result
from bench.running import Rig
from tests.e2e.conftest import OriginGuard
from tests.soak.long_conversation import SETTLED_AFTER, TURNS, long_conversation


def run(rig: Rig) -> Result:
    """Measure it, once for each pair."""
    guard = OriginGuard(rig.site.rstrip("/"))
    had = [long_conversation(rig.playwright, rig.site, guard) for _ in range(rig.pairs)]
    return of_memory(
        rig,
        "memory_turns",
        f"Memory after {TURNS} turns of one conversation, CPU engine",
        [(one.grown_mb, one.begun_mb) for one in had],
        beside=f"after {SETTLED_AFTER} turns of it (goal: 1.05 at most)",
    )
