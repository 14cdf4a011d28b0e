"""What the modules of a session offer each other: capabilities by name, contributions by channel."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from amplifier_core import _collect_helper

from . import arguments


class Offers:
    """The part of a coordinator through which modules find what others offer."""

    # Its state lies in the slots of the coordinator: two bases with slots cannot be combined.
    __slots__ = ()

    _capabilities: dict[str, Any]
    _channels: dict[str, list[dict[str, Any]]]

    def register_capability(self, name: str, value: Any) -> None:
        """Offers something under a name; a later offer replaces it."""
        self._capabilities[arguments.text(name)] = value

    def get_capability(self, name: str) -> Any:
        """What is offered under a name, or None."""
        return self._capabilities.get(arguments.text(name))

    @property
    def channels(self) -> dict[str, list[dict[str, Any]]]:
        """Contributors by channel."""
        return self._channels

    def register_contributor(self, channel: str, name: str, callback: Callable[[], Any]) -> None:
        """Adds a function that contributes to a channel when it is collected."""
        entry = {"name": arguments.text(name), "callback": callback}
        self._channels.setdefault(arguments.text(channel), []).append(entry)

    def collect_contributions(self, channel: str) -> Coroutine[Any, Any, list[Any]]:
        """What the contributors of a channel return now; failures are logged, None is left out."""
        return _collect_helper.collect_contributions(self._channels, arguments.text(channel))
