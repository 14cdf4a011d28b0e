"""Names and collects what a scenario sees, in a form that two engines can be compared by.

Values that differ from run to run (identifiers, clock readings) are replaced by placeholders that keep their
identity: the same identifier gets the same number, so correlation between events stays visible.
"""

from __future__ import annotations

import inspect
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
        self._hidden: dict[str, str] = {}

    def hide(self, text: str, placeholder: str) -> None:
        """Shows the placeholder wherever this text of the one run occurs."""
        self._hidden[text] = placeholder

    def __call__(self, name: str, value: Any) -> None:
        self._keep(name, self._plain(value))

    def _keep(self, name: str, plain: Any) -> None:
        if name in self.observations:
            raise ValueError(f"the observation {name!r} is made twice")
        self.observations[name] = plain

    async def outcome(self, name: str, work: Awaitable[Any] | Callable[[], Any]) -> Any:
        """Records what the work returns, or the type, text and moment of what it raises.

        Work is an awaitable, or a function whose result is awaited if that is possible.
        """
        moment = "at the call"
        try:
            value = work() if callable(work) else work
            if inspect.isawaitable(value):
                moment = "when awaited"
                value = await value
        except BaseException as error:  # what leaves the kernel is the subject, whatever it is
            self._keep(
                name,
                {
                    "raises": _public_type(error),
                    "text": self._anonymous(_text(error)),
                    "cause": type(error.__cause__).__name__,
                    "moment": moment,
                },
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
            return {
                "model": type(value).__name__,
                "fields": self._plain(_ordered(value.model_dump(exclude_defaults=True))),
            }
        if isinstance(value, Mapping):
            return {
                "keys in order": [self._plain(key) for key in value],
                "items": [self._plain(v) for v in value.values()],
            }
        if isinstance(value, set | frozenset):
            return sorted(self._plain(item) for item in value)
        if value == ():
            return None  # the native engine's "nothing"; nobody reads it
        if isinstance(value, list | tuple):
            return [self._plain(item) for item in value]
        return f"<{type(value).__name__}>"

    def _anonymous(self, text: str) -> str:
        def identity(match: re.Match[str]) -> str:
            return self._identifiers.setdefault(match.group(), f"<uuid {len(self._identifiers) + 1}>")

        for hidden, placeholder in self._hidden.items():
            text = text.replace(hidden, placeholder)
        text = UUID.sub(identity, CLOCK.sub("<time>", ADDRESS.sub("<address>", text)))
        # A lone surrogate cannot be written as UTF-8: show it as an escape.
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _ordered(fields: dict[str, Any]) -> dict[str, Any]:
    """A result's fields with the keys of `data` sorted: the native engine returns them in random order."""
    if isinstance(fields.get("data"), dict):
        fields["data"] = by_key(fields["data"])
    return fields


def by_key(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping with sorted keys, where the native engine's order is random."""
    return {key: mapping[key] for key in sorted(mapping)}


def _public_type(error: BaseException) -> str:
    """The type that a caller can catch by name: an error class private to the engine counts as its base."""
    for kind in type(error).__mro__:
        if not kind.__module__.startswith("amplifier_core._engine"):
            return kind.__name__
    raise AssertionError("every exception has a built-in base")


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "<no text>"


Scenario = Callable[[Recorder], Coroutine[Any, Any, None]]
SCENARIOS: dict[str, Scenario] = {}


def scenario(run: Scenario) -> Scenario:
    """Registers a coroutine function as a scenario under its module's and its own name."""
    SCENARIOS[f"{run.__module__.rsplit('.', 1)[-1]}.{run.__name__}"] = run
    return run
