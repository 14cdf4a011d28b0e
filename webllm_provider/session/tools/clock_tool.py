"""`tool-clock`: the date and the time, here or in another time zone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from amplifier_core.models import ToolResult

from ..._browser.clock import UnknownZone, zone_at
from .results import refused, told, unusable


class ClockTool:
    """Tells the time.

    Args:
        now: gives the moment, in UTC.
    """

    name = "clock"
    description = "Tell the current date and time, here or in a time zone such as Europe/Berlin."
    input_schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {"timezone": {"type": "string", "maxLength": 64}},
        "additionalProperties": False,
    }

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    async def execute(self, input: dict[str, Any]) -> ToolResult:
        """The weekday, the date, the time and the zone; an unknown zone is a result that says so."""
        if wrong := unusable(self, input):
            return wrong
        moment = self._now()
        wanted = str(input.get("timezone", "")).strip()
        try:
            zone = zone_at(wanted or None, moment)
        except UnknownZone:
            return refused(f"There is no time zone called {wanted}; Europe/Berlin and UTC are examples.")
        here = moment.astimezone(zone.offset)
        # Not by strftime: names of days would follow the machine's language.
        day, month = DAYS[here.weekday()], MONTHS[here.month - 1]
        offset = f"{here:%z}"
        place = f"{zone.name}, UTC{offset[:3]}:{offset[3:5]}"
        return told(f"{day}, {here.day} {month} {here.year}, {here:%H:%M:%S} ({place})")


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


async def mount(
    coordinator: Any, config: Mapping[str, Any] | None = None
) -> Callable[[], Awaitable[None]] | None:
    """Mount the tool."""
    await coordinator.mount("tools", ClockTool(), name=ClockTool.name)
    return None
