"""Mounting: the only place where the provider, its transport and a coordinator meet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ._hooks import FALLBACK
from ._http import HttpTransport
from ._hybrid import HybridProvider
from ._servers import server_transport
from ._transport import Transport
from ._ways import browser_way
from .config import ProviderConfig
from .errors import PROVIDER, RequestRefused, engine_error
from .provider import WebLLMProvider

TRANSPORT_CAPABILITY = "webllm.transport"
"""Register a `Transport` under this name before mounting to use another way than the page's bridge."""

JOURNAL_CAPABILITY = "webllm.journal"
"""Register a function `Transport -> Transport` under this name before mounting to see what is asked."""

EVENTS = [
    "llm:stream_block_start",
    "llm:stream_block_delta",
    "llm:stream_block_end",
    "llm:stream_aborted",
    FALLBACK,
]


async def mount(coordinator: Any, config: Mapping[str, Any] | None = None) -> Callable[[], Awaitable[None]]:
    """Mount the provider as `webllm`; returns its cleanup.

    Needs no engine: the page may register its bridge later, and a server is first asked when it is needed.

    Raises:
        RequestRefused: the config has a bad value, or forbids the transport that was registered.
        BridgeMissing: the config wants a server, and httpx is not installed.
    """
    given: Transport | None = coordinator.get_capability(TRANSPORT_CAPABILITY)
    journal: Callable[[Transport], Transport] | None = coordinator.get_capability(JOURNAL_CAPABILITY)
    provider = build(ProviderConfig.read(config), given, coordinator, journal)
    await coordinator.mount("providers", provider, name=PROVIDER)
    if provider.config.mode == "client_side" and not isinstance(given, HttpTransport):
        # It runs on the user's own device: free, and known to be. What a server costs is not known.
        coordinator.register_contributor("session.cost", "provider-webllm", lambda: {"cost_usd": "0"})
    coordinator.register_contributor("observability.events", "provider-webllm", lambda: list(EVENTS))

    async def cleanup() -> None:
        # Who gave a transport may use it for other sessions too.
        if given is None:
            await provider.close()
        elif isinstance(provider, HybridProvider):
            await provider.server.close()

    return cleanup


def build(
    config: ProviderConfig,
    given: Transport | None,
    coordinator: Any,
    journal: Callable[[Transport], Transport] | None = None,
) -> WebLLMProvider:
    """The provider of a config; `given` stands for the browser, or for the server that alone answers.

    `journal` is put before what answers, where that is the browser.
    """
    if config.privacy == "local_only" and isinstance(given, HttpTransport):
        raise engine_error(
            "invalid_request",
            "privacy local_only forbids the server that was registered as the transport.",
            details={"field": "privacy"},
            kind=RequestRefused,
        )
    if config.mode == "server_side":
        # `model` may be the browser's, from a config that has changed its mode.
        theirs = config.model_copy(update={"model": config.server_model or config.model})
        return WebLLMProvider(given or server_transport(config), theirs, coordinator)
    own = given or browser_way(config)
    if journal is not None:
        own = journal(own)
    if config.mode == "hybrid" and config.privacy == "allow_remote":
        return HybridProvider(own, server_transport(config), config, coordinator)
    return WebLLMProvider(own, config, coordinator)
