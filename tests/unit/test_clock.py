"""The clock tells the time here and elsewhere, in words that do not depend on the machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webllm_provider._browser.clock import UnknownZone, read_offset, zone_at
from webllm_provider.session.tools.clock_tool import ClockTool

NOON = datetime(2026, 7, 1, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("UTC", "Wednesday, 1 July 2026, 12:00:05 (UTC, UTC+00:00)"),
        ("Europe/Berlin", "Wednesday, 1 July 2026, 14:00:05 (Europe/Berlin, UTC+02:00)"),
        ("Pacific/Auckland", "Thursday, 2 July 2026, 00:00:05 (Pacific/Auckland, UTC+12:00)"),
        ("America/St_Johns", "Wednesday, 1 July 2026, 09:30:05 (America/St_Johns, UTC-02:30)"),
    ],
)
async def test_it_tells_the_time_of_a_zone(zone: str, told: str) -> None:
    assert (await ClockTool(lambda: NOON).execute({"timezone": zone})).output == told


async def test_without_a_zone_it_is_the_time_of_this_device() -> None:
    result = await ClockTool(lambda: NOON).execute({})
    assert result.success
    assert "July 2026" in str(result.output)


@pytest.mark.parametrize(
    "zone", ["Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "\x00", "not a zone"]
)
async def test_an_unknown_zone_is_a_result_that_says_so(zone: str) -> None:
    result = await ClockTool().execute({"timezone": zone})
    assert not result.success
    assert result.error is not None
    assert "no time zone" in result.error["message"]


async def test_arguments_that_do_not_fit_are_refused() -> None:
    assert not (await ClockTool().execute({"zone": "UTC"})).success


@given(st.text(max_size=80))
def test_any_text_is_a_zone_or_unknown(name: str) -> None:
    try:
        assert zone_at(name, NOON).name == name
    except UnknownZone as error:
        assert error.args == (name,)  # noqa: PT017


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("7/1/2026, GMT", timedelta(0)),
        ("7/1/2026, GMT+02:00", timedelta(hours=2)),
        ("7/1/2026, GMT-02:30", timedelta(hours=-2, minutes=-30)),
        ("1/1/1900, GMT-00:25:21", timedelta(minutes=-25, seconds=-21)),
    ],
)
def test_offsets_are_read_as_a_browser_writes_them(text: str, offset: timedelta) -> None:
    assert read_offset(text) == offset


def test_what_is_no_offset_is_an_error() -> None:
    with pytest.raises(ValueError, match="no offset"):
        read_offset("noon")
