"""The core of the API: from a validated request to an answer, through the same provider that sessions use."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from amplifier_core.message_models import ChatRequest, ChatResponse
from starlette.requests import HTTPConnection

from .._hybrid import HybridProvider
from .._servers import server_transport
from .._transport import Transport
from ..provider import WebLLMProvider
from .engines import Engines, resolved
from .history import History, Inference
from .problems import Problem
from .settings import Mode, Settings
from .streaming import Listener, RunningAnswer


class Answering:
    """Makes providers for requests, and keeps the history of what they did.

    Args:
        engines: what answers in the browser.
        history: takes every inference.
        now: the wall clock, in seconds.
    """

    def __init__(
        self, engines: Engines, settings: Settings, history: History, now: Callable[[], float] = time.time
    ) -> None:
        self.engines = engines
        self.settings = settings
        self.history = history
        self._now = now
        self._server: Transport | None = None

    async def model(self, wanted: str | None, mode: Mode = "client_side") -> str | None:
        """The model that a request means; a server's own are not known here."""
        if mode == "server_side":
            return None if wanted is None else wanted
        try:
            return await resolved(self.engines, wanted, self.settings.default_model)
        except Problem:
            if mode == "hybrid":
                return None
            raise

    def provider(
        self, client: str, model: str | None, mode: Mode = "client_side", listener: Listener | None = None
    ) -> WebLLMProvider:
        """A provider for one request."""
        config = self.settings.provider_config(mode=mode)
        if mode == "server_side":
            theirs = config.model_copy(update={"model": config.server_model})
            return WebLLMProvider(self.server(), theirs, listener)
        own = self.engines.transport(client, model)
        if mode == "hybrid":
            return HybridProvider(own, self.server(), config, listener)
        return WebLLMProvider(own, config, listener)

    def check_mode(self, mode: Mode) -> None:
        """Refuse what needs a server where none is configured."""
        if mode != "client_side" and self.settings.server_url is None:
            raise Problem(
                400,
                "VALIDATION_ERROR",
                f"The mode {mode} needs a server, and this API has none.",
                field="mode",
                hint="Ask for client_side, or give webllm-api a server: WEBLLM_SERVER_URL.",
            )

    async def complete(
        self,
        client: str,
        model: str | None,
        request: ChatRequest,
        options: Mapping[str, Any],
        mode: Mode = "client_side",
    ) -> ChatResponse:
        """A whole answer."""
        return (await self.recorded(client, model, request, options, mode))[1]

    async def recorded(
        self,
        client: str,
        model: str | None,
        request: ChatRequest,
        options: Mapping[str, Any],
        mode: Mode,
    ) -> tuple[Inference, ChatResponse]:
        """A whole answer, and its entry in the history."""
        record = self.begin(model, mode)
        provider = self.provider(client, model, mode)
        try:
            response = await provider.complete(request, **_asking(options, model))
        except BaseException as error:
            record.failed(error)
            raise
        record.succeeded(response)
        return record, response

    def run(
        self,
        client: str,
        model: str | None,
        request: ChatRequest,
        options: Mapping[str, Any],
        mode: Mode = "client_side",
    ) -> RunningAnswer:
        """An answer that is read while it is written."""
        listener = Listener()
        provider = self.provider(client, model, mode, listener)
        return RunningAnswer(provider, listener, request, _asking(options, model))

    def begin(self, model: str | None, mode: Mode) -> Inference:
        """Open an entry of the history."""
        return Inference(self.history, model=model, mode=mode, began=time.monotonic(), timestamp=self._now())

    def server(self) -> Transport:
        """The way to the server of the modes server_side and hybrid."""
        if self._server is None:
            self._server = server_transport(self.settings.provider_config(mode="server_side"))
        return self._server

    async def close(self) -> None:
        """Give up the engines and the server."""
        await self.engines.close()
        if self._server is not None:
            await self._server.close()


def client_of(connection: HTTPConnection) -> str:
    """Who asks, for fair turns: the holder of a token, else the address. A token itself is kept nowhere."""
    if (known := connection.scope.get("webllm.subject")) is not None:
        return cast(str, known)
    given = connection.headers.get("authorization", "")
    host = connection.client.host if connection.client is not None else "local"
    return hashlib.sha256(f"{host} {given}".encode()).hexdigest()[:16]


def _asking(options: Mapping[str, Any], model: str | None) -> dict[str, Any]:
    return dict(options) if model is None else {**options, "model": model}
