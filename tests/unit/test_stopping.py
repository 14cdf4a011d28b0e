"""A wait ends when its session is cancelled, and nothing of a cancellation is lost or left over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from amplifier_core import CancellationToken

from webllm_provider.session.stopping import LOOK_EVERY, EndedByToken, Stopped, Stops

Work = Callable[[], Awaitable[Any]]


async def forever() -> None:
    await asyncio.Event().wait()


async def stubborn() -> str:
    """Keeps to itself that it was cancelled, as a hook with a bare `except` does."""
    with suppress(asyncio.CancelledError):
        await forever()
    return "as if nothing had been"


async def waited(stops: Stops, work: Work, *, immediate_only: bool = False) -> Any:
    with EndedByToken(stops, immediate_only=immediate_only):
        return await work()


def asking(request: Callable[[], object], then: Work = forever) -> Work:
    """Work in whose midst somebody asks for an end."""

    async def work() -> Any:
        request()
        return await then()

    return work


@pytest.mark.parametrize("way", ["graceful", "immediate"])
async def test_a_wait_ends_whenever_it_was_asked_for(way: str) -> None:
    token = CancellationToken()
    stops = Stops(token)
    request: Callable[[], object] = getattr(token, f"request_{way}")
    await waited(stops, lambda: asyncio.sleep(0))
    # Between two waits, then before the next, then during one.
    request()
    for _ in range(2):
        with pytest.raises(Stopped):
            await waited(stops, forever)
    token.reset()
    with pytest.raises(Stopped):
        await waited(stops, asking(request))


class Deaf:
    """A token that tells nobody, as one of an engine whose children are asked without Python."""

    is_cancelled = is_immediate = False

    def register_child(self, child: object) -> None:
        """It has a child now, which hears nothing."""

    def request_graceful(self) -> bool:
        self.is_cancelled = True
        return True


async def test_a_token_that_tells_nobody_is_looked_at() -> None:
    token = Deaf()
    with pytest.raises(Stopped):
        await waited(Stops(token), asking(token.request_graceful))


async def test_nothing_of_an_end_is_left_over_for_what_comes_behind_it() -> None:
    token = CancellationToken()
    with pytest.raises(Stopped):
        await waited(Stops(token), asking(token.request_immediate))
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0.001)


async def test_a_graceful_end_is_for_a_wait_within_one_that_only_an_immediate_end_is_for() -> None:
    token = CancellationToken()
    stops = Stops(token)

    async def work() -> None:
        token.request_graceful()
        # Longer than between two looks: nobody is told of it a second time.
        await asyncio.sleep(LOOK_EVERY * 1.2)
        with pytest.raises(Stopped):
            await waited(stops, forever)

    await waited(stops, work, immediate_only=True)
    with pytest.raises(Stopped):
        await waited(stops, asking(token.request_immediate), immediate_only=True)


async def test_an_end_that_was_kept_silent_is_one_all_the_same() -> None:
    token = CancellationToken()
    with pytest.raises(Stopped):
        await waited(Stops(token), asking(token.request_immediate, stubborn))


@pytest.mark.parametrize("also_token", [False, True])
@pytest.mark.parametrize("work", [forever, stubborn])
async def test_a_task_that_others_cancel_is_cancelled(work: Work, also_token: bool) -> None:
    token = CancellationToken()
    began = asyncio.Event()
    task = asyncio.create_task(waited(Stops(token), asking(began.set, work)))
    await began.wait()
    if also_token:
        token.request_immediate()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_deadline_of_the_caller_is_told_as_one() -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waited(Stops(CancellationToken()), forever), 0.01)
