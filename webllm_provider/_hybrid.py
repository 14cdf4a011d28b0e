"""The browser first, and a server by stated rules.

A request falls back to the server where the browser's model cannot answer it, for one of three reasons:

    does_not_fit       no model is loaded, or this device cannot run it (memory, storage, WebGPU, a feature)
    context_exceeded   the conversation is longer than the model's window
    engine_failed      the engine broke

and never after a listener has been told of any part of an answer, nor after a Stop or a timeout, nor for
a request that no model could answer. `privacy: local_only` forbids it altogether. Which rule it was stands
in the metadata of the response, under the name of the event that tells of it: `webllm:fallback`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from amplifier_core.message_models import ChatRequest, ChatResponse
from amplifier_core.models import ModelInfo

from ._hooks import FALLBACK
from ._payloads import OnChunk
from ._transport import Transport
from ._wire import ErrorCode
from .config import ProviderConfig
from .errors import PROVIDER, EngineError
from .provider import WebLLMProvider

Rule = Literal["does_not_fit", "context_exceeded", "engine_failed"]

RULES: dict[ErrorCode, Rule | None] = {
    "webgpu_unavailable": "does_not_fit",
    "adapter_unavailable": "does_not_fit",
    "feature_missing": "does_not_fit",
    "model_not_found": "does_not_fit",
    "model_not_loaded": "does_not_fit",
    "download_failed": "does_not_fit",
    "quota_exceeded": "does_not_fit",
    "out_of_memory": "does_not_fit",
    "unsupported": "does_not_fit",
    "context_exceeded": "context_exceeded",
    "integrity_failed": "engine_failed",
    "device_lost": "engine_failed",
    "shader_failed": "engine_failed",
    "grammar_failed": "engine_failed",
    "engine_failed": "engine_failed",
    "worker_died": "engine_failed",
    "engine_hung": "engine_failed",
    "busy": "engine_failed",
    "python_failed": "engine_failed",
    "protocol_mismatch": "engine_failed",
    "stream_broken": "engine_failed",
    "internal": "engine_failed",
    # Another model would refuse it as well.
    "invalid_request": None,
    # The user's own end, or the user's own limit, or the user's own word that is missing.
    "aborted": None,
    "consent_required": None,
    "timeout": None,
    # Said by servers only.
    "authentication_failed": None,
    "access_denied": None,
    "rate_limited": None,
    "server_unavailable": None,
    "server_unreachable": None,
    "content_filtered": None,
}


def fallback_rule(error: EngineError) -> Rule | None:
    """The rule by which a server may answer after this error; None where none may."""
    return None if error.shown else RULES[error.code]


class HybridProvider(WebLLMProvider):
    """`WebLLMProvider` with a server behind it.

    Args:
        transport: the way to the browser's engine.
        server: the way to the server.
        config: of both; the server is asked for its `server_model`.
        coordinator: where events go.

    Attributes:
        server: the provider that stands behind this one.
    """

    def __init__(
        self, transport: Transport, server: Transport, config: ProviderConfig, coordinator: Any = None
    ) -> None:
        super().__init__(transport, config, coordinator)
        theirs = config.model_copy(update={"model": config.server_model})
        self.server = WebLLMProvider(server, theirs, coordinator)

    def get_model_info(self) -> ModelInfo:
        """The browser's model; while it has none, the server's."""
        if self._loaded is None and self.server._loaded is not None:
            return self.server.get_model_info()
        return super().get_model_info()

    async def refresh(self, timeout: float | None = None) -> None:
        """Ask the browser's engine what is loaded; where that is nothing, the server."""
        try:
            await super().refresh(timeout)
        except EngineError as error:
            # The next request says so, and decides by the same rules.
            if not self._may_fall_back(error):
                raise
            self._loaded = None
        if self._loaded is None and self._allowed:
            await self.server.refresh(timeout)

    async def list_models(self) -> list[ModelInfo]:
        """The browser's catalogue and, where a server may answer, the server's."""
        own = await super().list_models()
        if not self._allowed:
            return own
        try:
            return [*own, *await self.server.list_models()]
        except EngineError:
            # Without the server there is still the browser.
            return own

    async def close(self) -> None:
        """Give up both ways. Safe to repeat."""
        try:
            await super().close()
        finally:
            await self.server.close()

    @property
    def _allowed(self) -> bool:
        return self.config.privacy == "allow_remote"

    def _may_fall_back(self, error: EngineError) -> bool:
        return self._allowed and fallback_rule(error) is not None

    async def _complete(
        self, request: ChatRequest, options: Mapping[str, Any], on_chunk: OnChunk | None
    ) -> ChatResponse:
        try:
            return await super()._complete(request, options, on_chunk)
        except EngineError as error:
            if not self._may_fall_back(error):
                raise
            why = {"rule": fallback_rule(error), "code": error.code, "message": error.sentence or str(error)}
        await self._emit(FALLBACK, {"provider": PROVIDER, "server_model": self.config.server_model, **why})
        # A model that was named is the browser's.
        theirs = request.model_copy(update={"model": None})
        kept = {name: value for name, value in options.items() if name != "model"}
        response = await self.server._complete(theirs, kept, on_chunk)
        response.metadata = {**(response.metadata or {}), FALLBACK: why}
        return response
