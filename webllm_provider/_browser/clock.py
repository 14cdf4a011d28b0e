"""Time zones: a browser knows them all, and Pyodide brings none; elsewhere `zoneinfo` does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from .scope import browser_scope, foreign, in_browser

OFFSET = re.compile(r"GMT(?:([+-])(\d{1,2}):?(\d{2})?(?::(\d{2}))?)?$")
"""How JavaScript writes an offset: GMT, GMT+02:00, GMT-00:25:21."""


class UnknownZone(ValueError):
    """No time zone has this name."""


@dataclass(frozen=True)
class Zone:
    """A time zone at one moment."""

    name: str
    offset: tzinfo


def zone_at(name: str | None, moment: datetime) -> Zone:
    """A time zone by its IANA name at a moment; None is the zone of this device.

    Raises:
        UnknownZone: there is none of that name.
    """
    if in_browser():
        return _of_browser(name, moment)
    if name is None:
        local = moment.astimezone()
        return Zone(local.tzname() or "local time", local.tzinfo or UTC)
    try:
        return Zone(name, ZoneInfo(name))
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZone(name) from error


def read_offset(text: str) -> timedelta:
    """The offset in JavaScript's words.

    Raises:
        ValueError: it is none.
    """
    found = OFFSET.search(text)
    if found is None:
        raise ValueError(f"{text!r} is no offset.")
    sign, hours, minutes, seconds = found.groups()
    size = timedelta(hours=int(hours or 0), minutes=int(minutes or 0), seconds=int(seconds or 0))
    return -size if sign == "-" else size


def _of_browser(name: str | None, moment: datetime) -> Zone:
    scope, ffi = browser_scope(), foreign()
    wanted = {"timeZoneName": "longOffset", **({} if name is None else {"timeZone": name})}
    options = ffi.to_js(wanted, dict_converter=scope.Object.fromEntries)
    try:
        form = scope.Intl.DateTimeFormat.new("en-US", options)
    except ffi.JsException as error:
        raise UnknownZone(name) from error
    told = str(form.format(scope.Date.new(moment.timestamp() * 1000)))
    return Zone(str(form.resolvedOptions().timeZone), timezone(read_offset(told)))
