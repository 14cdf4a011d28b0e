"""Names and collects what a scenario sees, in a form that two engines can be compared by.

Values that differ from run to run (identifiers, clock readings) are replaced by placeholders that keep their
identity: the same identifier gets the same number, so correlation between events stays visible.
"""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CLOCK = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)")
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


class Recorder:
    """Collects the observations of one scenario, in order."""

    def __init__(self) -> None:
        self.observations: dict[str, Any] = {}
        self._identifiers: dict[str, str] = {}

    def __call__(self, name: str, value: Any) -> None:
        if name in self.observations:
            raise ValueError(f"the observation {name!r} is made twice")
        self.observations[name] = self._plain(value)

    async def outcome(self, name: str, work: Awaitable[Any] | Callable[[], Any]) -> Any:
        """Records what the work returns, or the type and text of what it raises."""
        try:
            value = work() if callable(work) else await work
        except BaseException as error:  # what leaves the kernel is the subject, whatever it is
            self(
                name,
                {"raises": type(error).__name__, "text": str(error), "cause": type(error.__cause__).__name__},
            )
            return None
        self(name, value)
        return value

    def _plain(self, value: Any) -> Any:
        """JSON types only, with placeholders; key order is kept because the model can see it."""
        if isinstance(value, str):
            return self._anonymous(value)
        if isinstance(value, float) and not math.isfinite(value):
            return f"<{value}>"
        if value is None or isinstance(value, bool | int | float):
            return value
        if hasattr(value, "model_dump"):
            return {"model": type(value).__name__, **self._plain(value.model_dump(exclude_defaults=True))}
        if isinstance(value, Mapping):
            return {
                "keys in order": [self._plain(key) for key in value],
                "items": [self._plain(v) for v in value.values()],
            }
        if isinstance(value, set | frozenset):
            return sorted(self._plain(item) for item in value)
        if isinstance(value, list | tuple):
            return [self._plain(item) for item in value]
        return f"<{type(value).__name__}>"

    def _anonymous(self, text: str) -> str:
        def identity(match: re.Match[str]) -> str:
            return self._identifiers.setdefault(match.group(), f"<uuid {len(self._identifiers) + 1}>")

        text = UUID.sub(identity, CLOCK.sub("<time>", ADDRESS.sub("<address>", text)))
        # A lone surrogate cannot be written as UTF-8: show it as an escape.
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


Scenario = Callable[[Recorder], Coroutine[Any, Any, None]]
SCENARIOS: dict[str, Scenario] = {}


def scenario(run: Scenario) -> Scenario:
    """Registers a coroutine function as a scenario under its module's and its own name."""
    SCENARIOS[f"{run.__module__.rsplit('.', 1)[-1]}.{run.__name__}"] = run
    return run
