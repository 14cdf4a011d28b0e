"""The socket of a session: generate, progress, result, error; and response, where its tab is the engine.

    application                                server
      generate {id, prompt, options}      ->
                                          <-   progress {id, progress, message}
                                          <-   result {id, data} | error {id, error, code}
      received {id}                       ->   the result is forgotten

Where the session's own tab is the engine, the server hands each `generate` on to the socket, with a
`cacheKey`, and takes `response {id, cacheKey, data}` as its answer. A result waits in the session until it
was received: a socket that breaks, and a server that restarts, lose none. What was under way then is begun
again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal

from amplifier_core.message_models import ChatRequest, Message
from pydantic import BaseModel, ConfigDict, Field
from starlette.websockets import WebSocket

from .._tools import load_json
from .answering import Answering
from .bodies import read_value
from .endpoints import problem_for
from .flashcards import Flashcards, cards_key, cards_request
from .openai_request import texts_of
from .problems import Problem
from .security import refuse, unauthorized
from .sessions import Sessions
from .socket_messages import Outgoing, read_socket

MOST = 16
"""Requests of one session at a time."""


class Options(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1, le=1_000_000)
    top_p: float | None = Field(default=None, ge=0, le=1)
    flashcards: Flashcards | None = None


class Generate(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    type: Literal["generate"]
    id: str = Field(min_length=1, max_length=64)
    prompt: str = Field(default="", max_length=100_000)
    options: Options = Options()


class SessionSockets:
    """The sockets' handler. What a session has asked for goes on while its socket is away."""

    def __init__(self, sessions: Sessions, answering: Answering) -> None:
        self._sessions = sessions
        self._answering = answering
        self._open: dict[str, Outgoing] = {}
        self._work: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def serve(self, socket: WebSocket) -> None:
        """Carry one socket of a session until it closes."""
        session = socket.path_params["session"]
        if not await self._sessions.admitted(session, socket.query_params.get("ticket", "")):
            await refuse(unauthorized(), socket.scope, socket.receive, socket.send)
            return
        try:
            record = await self._sessions.record(session)
        except Problem as problem:
            # It was ended before its ticket was used.
            await refuse(problem, socket.scope, socket.receive, socket.send)
            return
        await socket.accept()
        outgoing = self._open[session] = Outgoing(socket)
        for number, result in record["results"].items():
            outgoing.post({**result, "id": number})
        for asked in record["pending"].values():
            self._begin(session, asked)
        heard: set[asyncio.Task[None]] = set()

        def hear(message: Any) -> None:
            task = asyncio.ensure_future(self._hear(session, outgoing, message))
            heard.add(task)
            task.add_done_callback(heard.discard)

        try:
            await read_socket(socket, outgoing, hear)
        finally:
            if self._open.get(session) is outgoing:
                del self._open[session]
            await asyncio.gather(*heard, return_exceptions=True)
            outgoing.task.cancel()
            await asyncio.gather(outgoing.task, return_exceptions=True)

    async def close(self) -> None:
        """End what runs; it is begun again when its application comes back."""
        tasks = list(self._work.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self, session: str, outgoing: Outgoing, message: Any) -> None:
        number = message.get("id") if isinstance(message, Mapping) else None
        try:
            if not isinstance(message, Mapping):
                raise Problem(400, "VALIDATION_ERROR", "A message is an object.")
            kind = message.get("type")
            if kind == "generate":
                await self._asked(session, read_value(dict(message), Generate))
            elif kind == "received":
                await self._sessions.change(session, lambda record: record["results"].pop(str(number), None))
            elif kind == "response":
                await self._responded(session, str(number), message)
            else:
                raise Problem(
                    400, "VALIDATION_ERROR", "That type of message means nothing here.", field="type"
                )
        except Exception as error:
            outgoing.post({**_told(error), "id": number})

    async def _asked(self, session: str, asked: Generate) -> None:
        kept = asked.model_dump()
        again = False

        def enter(record: dict[str, Any]) -> None:
            # Looked at where it is changed: messages that came together must not all find room.
            nonlocal again
            if asked.id in record["results"] or asked.id in record["pending"]:
                # It was sent again behind a broken connection: its result comes, or has come.
                again = True
                return
            if len(record["pending"]) >= MOST:
                raise Problem(429, "TOO_MANY_REQUESTS", f"{MOST} requests of this session are under way.")
            record["pending"][asked.id] = kept

        await self._sessions.change(session, enter)
        if not again:
            self._begin(session, kept)

    def _begin(self, session: str, asked: Mapping[str, Any]) -> None:
        place = (session, str(asked["id"]))
        if place in self._work:
            return
        task = self._work[place] = asyncio.ensure_future(
            self._generate(session, Generate.model_validate(asked))
        )
        task.add_done_callback(lambda _: self._work.pop(place, None))

    async def _generate(self, session: str, asked: Generate) -> None:
        try:
            record = await self._sessions.record(session)
            self._say(session, {"type": "progress", "id": asked.id, "progress": 0, "message": "Waiting"})
            key = await self._key(record, asked)
            data = None if key is None else await self._sessions.store.get(key)
            if data is None and record["engine"] == "own":
                told = {"type": "generate", **asked.model_dump(exclude={"type"}), "cacheKey": key}
                self._say(session, told)
                return
            if data is None:
                data = await self._computed(session, record, asked)
                await self._cache(key, data)
            result = {"type": "result", "data": data}
        except asyncio.CancelledError:
            raise
        except Exception as error:
            result = _told(error)
        await self._finish(session, asked.id, result)

    async def _computed(self, session: str, record: Mapping[str, Any], asked: Generate) -> Any:
        cards = asked.options.flashcards
        chat = ChatRequest(messages=[Message(role="user", content=asked.prompt)], metadata={"stream": False})
        model = await self._answering.model(record["model"])
        given = asked.options.model_dump(exclude={"flashcards"}, exclude_none=True)
        self._say(session, {"type": "progress", "id": asked.id, "progress": 10, "message": "Generating"})
        response = await self._answering.complete(
            f"session:{session}", model, cards_request(cards) if cards else chat, given
        )
        text = texts_of(response)[0]
        return load_json(text)["cards"] if cards else {"text": text}

    async def _responded(self, session: str, number: str, message: Mapping[str, Any]) -> None:
        record = await self._sessions.record(session)
        asked = record["pending"].get(number)
        if asked is None or record["engine"] != "own":
            raise Problem(409, "CONFLICT", "Nothing of this id was asked of this tab.")
        # The key is our own: a tab cannot put its answer under another.
        await self._cache(await self._key(record, Generate.model_validate(asked)), message.get("data"))
        await self._finish(session, number, {"type": "result", "data": message.get("data")})

    async def _finish(self, session: str, number: str, result: dict[str, Any]) -> None:
        def enter(record: dict[str, Any]) -> None:
            record["pending"].pop(number, None)
            record["results"][number] = result

        if result["type"] == "result":
            self._say(session, {"type": "progress", "id": number, "progress": 100, "message": "Done"})
        try:
            await self._sessions.change(session, enter)
        except Problem:
            # It was ended meanwhile.
            return
        self._say(session, {**result, "id": number})

    async def _cache(self, key: str | None, data: Any) -> None:
        if key is not None:
            await self._sessions.store.put(key, data, self._answering.settings.cache_age)

    async def _key(self, record: Mapping[str, Any], asked: Generate) -> str | None:
        cards = asked.options.flashcards
        if cards is None:
            return None
        given = asked.options.model_dump(exclude={"flashcards"})
        scope = [given, record["id"] if record["engine"] == "own" else None]
        model: str | None = record["model"]
        with suppress(Problem):
            # Without an engine what is kept under the name that was given can still be had.
            model = await self._answering.model(model)
        return cards_key(cards, model, {"settings": scope})

    def _say(self, session: str, message: dict[str, Any]) -> None:
        if (outgoing := self._open.get(session)) is not None:
            outgoing.post(message)


def _told(error: Exception) -> dict[str, Any]:
    problem = problem_for(error, "a session")
    return {"type": "error", "error": problem.body(openai=False)["error"], "code": problem.code}
