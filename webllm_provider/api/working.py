"""One job in the hands of one engine: its events go to the reader, or the job goes back."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing

from .._client import EngineClient
from .._wire import ErrorCode, WireError
from ..errors import EngineError, to_wire_error
from .queueing import Event, Ticket, failed

logger = logging.getLogger(__name__)

LOST: frozenset[ErrorCode] = frozenset({"worker_died", "engine_hung", "device_lost"})
"""Errors of an engine that has gone: another can answer."""
QUERIES = frozenset({"embed"})
"""Commands with one answer, and no stream of events."""
GONE: WireError = {"code": "aborted", "message": "The engine's work was ended."}


async def work(client: EngineClient, ticket: Ticket) -> None:
    """Let an engine do one job; returns when the engine is free again."""
    job = asyncio.ensure_future(_run(client, ticket))
    ticket.when_gone(job.cancel)
    try:
        await asyncio.wait({job})
    finally:
        if not job.done():
            # The engine's connection has ended under it; `_run` says so to the reader.
            await asyncio.wait({job}, timeout=1)
            if not job.done():
                # A reader so slow that there is no room for it: this one needs none.
                job.cancel()
                ticket.fail(failed(client.ending or GONE))
    if not job.cancelled() and (error := job.exception()) is not None:
        logger.error("A job failed with %s", type(error).__name__, exc_info=error)
        await ticket.put(failed({"code": "internal", "message": "The queue has failed."}))
        await ticket.end()


async def _run(client: EngineClient, ticket: Ticket) -> None:
    command = ticket.job.command
    if command["type"] in QUERIES:
        await _ask(client, ticket)
        return
    started: Event | None = None
    shown = False
    stream = client.open(command)
    try:
        async with aclosing(stream) as events:
            async for event in events:
                if event["type"] == "failure" and not shown and event["error"]["code"] in LOST:
                    await ticket.give_back(event["error"])
                    return
                if event["type"] == "started":
                    # Held back: until its first word another engine may still answer instead.
                    started = dict(event)
                    continue
                if started is not None:
                    await ticket.put(started)
                    started, shown = None, True
                await ticket.put(dict(event))
    except EngineError as error:
        if not shown and error.code in LOST:
            await ticket.give_back(to_wire_error(error))
            return
        await ticket.put(failed(to_wire_error(error)))
    await ticket.end()


async def _ask(client: EngineClient, ticket: Ticket) -> None:
    try:
        result = await client.query(ticket.job.command)
    except EngineError as error:
        if error.code in LOST:
            await ticket.give_back(to_wire_error(error))
            return
        await ticket.put(failed(to_wire_error(error)))
    else:
        await ticket.put({"type": "result", "result": result})
    await ticket.end()
