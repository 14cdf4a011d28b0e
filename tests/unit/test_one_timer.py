"""All that a Python of our own waits for is one timer of the browser."""

from __future__ import annotations

import asyncio
import gc
import random
import weakref
from collections.abc import Callable, Iterator
from contextvars import Context, ContextVar
from typing import Any

import pytest

from webllm_provider._browser.one_timer import OneTimer
from webllm_provider.session.worker import open_sessions

GROUND = ContextVar[object]("GROUND")


class BrowserLoop(asyncio.SelectorEventLoop):
    """As Pyodide's: each later call is a timer of its own, which goes off though it was cancelled.

    Time passes by being told to.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.timers: list[tuple[float, asyncio.Handle]] = []
        replaced: Any = self
        replaced.call_later = self._set_timer
        replaced.call_at = lambda when, *call, **context: self.call_later(when - self.now, *call, **context)

    def time(self) -> float:
        return self.now

    def _set_timer(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self.timers.append((self.now + delay, handle))
        return handle

    def pass_to(self, moment: float) -> None:
        """Everything goes off that is due until then."""
        while due := [timer for timer in self.timers if timer[0] <= moment]:
            timer = min(due, key=lambda timer: timer[0])
            self.timers.remove(timer)
            self.now = max(self.now, timer[0])
            if not timer[1].cancelled():
                timer[1]._run()
            self.run_until_complete(asyncio.sleep(0))
        self.now = moment


@pytest.fixture
def loop() -> Iterator[BrowserLoop]:
    loop = BrowserLoop()
    OneTimer(loop)
    yield loop
    loop.close()


def test_limits_of_turns_that_are_over_leave_one_timer(loop: BrowserLoop) -> None:
    async def turn() -> None:
        async with asyncio.timeout(600), asyncio.timeout(60), asyncio.timeout(5):
            await asyncio.sleep(0)

    for _ in range(500):
        loop.run_until_complete(turn())
        loop.now += 0.005
    # One for each length, and none of a turn that began later.
    assert len(loop.timers) <= 3


def test_what_a_cancelled_call_was_made_in_is_given_back(loop: BrowserLoop) -> None:
    class Turn:
        pass

    async def turn() -> weakref.ref[Turn]:
        here = Turn()
        GROUND.set(here)
        async with asyncio.timeout(600):
            await asyncio.sleep(0)
            return weakref.ref(here)

    gone = loop.run_until_complete(turn())
    gc.collect()
    assert gone() is None


def test_each_call_comes_when_it_is_due_and_none_that_was_cancelled(loop: BrowserLoop) -> None:
    chance = random.Random(7)
    came: list[tuple[int, float]] = []
    wanted: dict[int, float] = {}
    handles: dict[int, asyncio.Handle] = {}

    def note(number: int) -> None:
        came.append((number, loop.now))

    for number in range(400):
        delay = chance.choice([0.0, 0.5, 1.0, chance.uniform(0, 3), chance.uniform(1, 600)])
        wanted[number] = loop.now + delay
        handles[number] = loop.call_later(delay, note, number)
        if chance.random() < 0.5:
            cancelled = chance.choice(list(handles))
            if not any(number == cancelled for number, _ in came):
                handles[cancelled].cancel()
                wanted.pop(cancelled, None)
        loop.pass_to(loop.now + chance.uniform(0, 2))
    loop.pass_to(loop.now + 700)
    assert dict(came) == wanted
    assert len(came) == len(wanted)
    assert loop.timers == []


def test_calls_of_one_moment_come_all_and_what_goes_wrong_in_one_is_told(loop: BrowserLoop) -> None:
    told: list[str] = []
    came: list[str] = []
    loop.set_exception_handler(lambda _, context: told.append(str(context["exception"])))

    def wrong() -> None:
        raise ValueError("wrong")

    loop.call_at(2.0, came.append, "one")
    loop.call_at(2.0, wrong)
    loop.call_at(2.0, came.append, "three")
    loop.pass_to(2.0)
    assert sorted(came) == ["one", "three"]
    assert told == ["wrong"]


def test_a_call_that_cancels_another_of_its_moment_is_heard(loop: BrowserLoop) -> None:
    came: list[str] = []

    def go_first() -> None:
        came.append("first")
        second.cancel()

    first = loop.call_at(2.0, go_first)
    second = loop.call_at(2.0 + 1e-9, came.append, "second")
    loop.pass_to(1.5)
    # Both are due at once where the browser is late.
    loop.now = 3.0
    loop.pass_to(3.0)
    assert came == ["first"]
    assert not first.cancelled()


def test_a_limit_that_is_put_off_holds(loop: BrowserLoop) -> None:
    ended_at: list[float] = []

    async def put_off() -> None:
        async with asyncio.timeout(2) as limit:
            limit.reschedule(loop.time() + 5)
            try:
                await asyncio.Event().wait()
            finally:
                ended_at.append(loop.time())

    ended = loop.create_task(put_off())
    loop.run_until_complete(asyncio.sleep(0))
    loop.pass_to(4.9)
    assert not ended.done()
    loop.pass_to(5.0)
    with pytest.raises(TimeoutError):
        loop.run_until_complete(ended)
    assert ended_at == [5.0]


def test_the_sessions_of_a_python_of_our_own_have_one_timer() -> None:
    loop = BrowserLoop()

    async def begin() -> None:
        open_sessions(lambda _: None)
        for _ in range(20):
            async with asyncio.timeout(600):
                await asyncio.sleep(0)

    loop.run_until_complete(begin())
    assert len(loop.timers) == 1
    loop.close()
