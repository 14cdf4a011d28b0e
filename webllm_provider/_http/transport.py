"""The transport to a server: requests, their ends, and what is known of its model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Never, Unpack

from .._browser import in_browser
from .._transport import Command, DeviceChoice, LoadOptions
from .._wire import CompletionBody, EngineState, LoadedModel, ModelRecord, StreamEvent, WireError
from ..errors import EngineError, engine_error, to_llm_error, to_wire_error
from .address import read_address
from .body import server_body
from .chunks import ChunkReader
from .facts import ServerModel, chosen, identity, loaded_model, read_models, record, template_takes_tools
from .failures import redacted, refusal, serverside
from .fetch import Fetcher, FetchFailed, HttpxFetcher, Reply
from .sse import SseDecoder

NO_LIST = (404, 405, 501)
"""Statuses of servers that have no list of models."""


class HttpTransport:
    """`Transport` to any OpenAI-compatible server: vLLM, SGLang, Ray Serve, llama.cpp, hosted ones.

    Args:
        base_url: where `/chat/completions` and `/models` are, usually ending in `/v1`.
        api_key: sent as a bearer token; it never appears in errors, events, logs or a repr.
        model: asked for where a request names none; else the only model that the server lists.
        timeout: seconds for the head of an answer.
        idle_timeout: seconds between two pieces of an answer.
        headers: sent with every request, beside ours.
        native_tools: whether the server takes `tools` itself; None asks llama.cpp, and trusts all others.
        context_window: in tokens, where the server does not say it or says it wrongly.
        fetcher: another way to the network than httpx (CPython) or the browser's fetch (Pyodide).

    Raises:
        RequestRefused: `base_url` is no address.
        BridgeMissing: httpx is not installed.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        model: str | None = None,
        timeout: float = 120.0,
        idle_timeout: float = 300.0,
        headers: Mapping[str, str] | None = None,
        native_tools: bool | None = None,
        context_window: int | None = None,
        fetcher: Fetcher | None = None,
    ) -> None:
        self._address = read_address(base_url, api_key, headers)
        self._model = model
        self._timeout = timeout
        self._idle_timeout = idle_timeout
        self._native_tools = native_tools
        self._context_window = context_window
        self._fetcher = fetcher or _own_fetcher()
        self._listed: list[ServerModel] | None = None
        self._takes_tools: bool | None = native_tools

    def __repr__(self) -> str:
        return f"HttpTransport({self._address.base_url!r}, model={self._model!r})"

    async def stream(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        try:
            models = await self._models()
            model = self._named(body.get("model"), models)
            request = server_body(body, model)
            reader = ChunkReader(identity(chosen(models, model)), model or "unknown")
            async with self._open("POST", self._address.at("chat/completions"), json.dumps(request)) as reply:
                decoder = SseDecoder()
                while not reader.over:
                    data = await self._read(reply)
                    for sent in decoder.feed(data) if data else decoder.end():
                        for event in reader.read(sent.data):
                            yield self._clean(event)
                    if not data:
                        for event in reader.end():
                            yield self._clean(event)
        except EngineError as error:
            # What was asked of the server last may be why: it is asked again.
            self._forget()
            yield {"type": "failure", "error": self._safe(to_wire_error(error))}

    async def load(
        self, model: str, device: DeviceChoice = "auto", **options: Unpack[LoadOptions]
    ) -> AsyncGenerator[StreamEvent, None]:
        """A server has its models loaded: only whether it has this one is looked up.

        So there is nothing to load behind it and nothing to download; overrides are refused.
        """
        try:
            if options.get("overrides"):
                raise serverside("overrides")
            models = await self._models()
            self._named(model, models)
        except EngineError as error:
            yield {"type": "failure", "error": self._safe(to_wire_error(error))}
            return
        self._model = model
        yield {"type": "loaded", "model": self._facts(model, models), "load_ms": 0.0}

    async def models(self) -> list[ModelRecord]:
        try:
            return [record(model) for model in await self._models()]
        except EngineError as error:
            raise to_llm_error(self._safe(to_wire_error(error))) from None

    async def status(self) -> EngineState:
        """The model that would answer; `lost` with the reason while the server cannot be asked."""
        try:
            models = await self._models()
            name = self._named(self._model, models)
        except EngineError as error:
            return {"type": "lost", "model": self._model, "error": self._safe(to_wire_error(error))}
        return {"type": "ready", "model": self._facts(name or "unknown", models), "queued": 0}

    async def open(self, command: Command) -> AsyncGenerator[StreamEvent, None]:
        """Refused: a server's models, files and batches are its own."""
        yield {"type": "failure", "error": to_wire_error(serverside(str(command["type"])))}

    async def query(self, command: Command) -> Never:
        """Refused, like `open`."""
        raise serverside(str(command["type"]))

    async def unload(self) -> Never:
        """Refused, like `open`."""
        raise serverside("unload")

    async def close(self) -> None:
        self._forget()
        await self._fetcher.close()

    def _facts(self, name: str, models: list[ServerModel]) -> LoadedModel:
        return loaded_model(
            name,
            chosen(models, name),
            native_tools=self._takes_tools is not False,
            context_window=self._context_window,
        )

    def _named(self, wanted: str | None, models: list[ServerModel]) -> str | None:
        """The model to ask for. Some servers answer with another one rather than say that they lack it."""
        name = wanted or self._model
        found = chosen(models, name)
        if found is not None:
            return name or found.id
        if not models:
            return name
        known = [model.id for model in models]
        if name is None:
            sentence = "The server has several models, and none was chosen."
            hint = f"Choose one: {', '.join(known[:10])}."
            raise engine_error("model_not_found", sentence, hint=hint, details={"known": known[:50]})
        raise engine_error(
            "model_not_found",
            f"The server does not list a model named {name}.",
            hint=f"It has: {', '.join(known[:10])}.",
            details={"model": name, "known": known[:50]},
            model=name,
        )

    async def _models(self) -> list[ServerModel]:
        """The server's list, asked for once and again after a failure; empty where it has none."""
        if self._listed is None:
            async with self._open("GET", self._address.at("models"), accept=NO_LIST) as reply:
                text = await self._whole(reply)
            listed = read_models(_json(text)) if reply.status not in NO_LIST else []
            if self._native_tools is None and any(model.owner == "llamacpp" for model in listed):
                self._takes_tools = await self._asked_llama_cpp()
            self._listed = listed
        return self._listed

    async def _asked_llama_cpp(self) -> bool | None:
        async with self._open("GET", f"{self._address.beside}/props", accept=NO_LIST) as reply:
            return template_takes_tools(_json(await self._whole(reply)))

    def _forget(self) -> None:
        self._listed = None

    @asynccontextmanager
    async def _open(
        self, method: str, url: str, body: str | None = None, accept: tuple[int, ...] = ()
    ) -> AsyncIterator[Reply]:
        """An answer of success; leaving it early ends its connection, and with it the generation."""
        headers = {**self._address.headers, **({} if body is None else {"content-type": "application/json"})}
        try:
            async with asyncio.timeout(self._timeout):
                reply = await self._fetcher.open(method, url, headers, body)
        except FetchFailed as error:
            raise _unreachable(error) from error
        except TimeoutError as error:
            raise _silent(self._timeout) from error
        try:
            if not 200 <= reply.status < 300 and reply.status not in accept:
                raise to_llm_error(refusal(reply.status, reply.headers, await self._whole(reply)))
            yield reply
        finally:
            await reply.close()

    async def _read(self, reply: Reply) -> bytes:
        try:
            async with asyncio.timeout(self._idle_timeout):
                return await reply.read()
        except FetchFailed as error:
            sentence = f"The connection to the server broke: {error}."
            raise engine_error("stream_broken", sentence, hint="Ask once more.") from error
        except TimeoutError as error:
            raise _silent(self._idle_timeout) from error

    async def _whole(self, reply: Reply) -> str:
        pieces = []
        while piece := await self._read(reply):
            pieces.append(piece)
        return b"".join(pieces).decode("utf-8", "replace")

    def _clean(self, event: StreamEvent) -> StreamEvent:
        return {**event, "error": self._safe(event["error"])} if event["type"] == "failure" else event

    def _safe(self, error: WireError) -> WireError:
        return redacted(error, self._address.secrets)


def _own_fetcher() -> Fetcher:
    if in_browser():
        from .._browser.http import BrowserFetcher

        return BrowserFetcher()
    return HttpxFetcher()


def _unreachable(error: FetchFailed) -> EngineError:
    hint = "Check base_url and the network."
    if in_browser():
        # A browser does not say which of these it was.
        hint = (
            "Check base_url and the network; the server must allow this page's origin (CORS), "
            "and the page's policy must allow the server (connect-src)."
        )
    return engine_error("server_unreachable", f"The server cannot be reached: {error}.", hint=hint)


def _silent(seconds: float) -> EngineError:
    return engine_error(
        "timeout", f"The server was silent for {seconds:g} seconds.", details={"seconds": seconds}
    )


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
