"""Mounting: the only place where the provider, its transport and a coordinator meet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ._browser import BridgeTransport
from ._transport import Transport
from .config import ProviderConfig
from .errors import PROVIDER
from .provider import WebLLMProvider

TRANSPORT_CAPABILITY = "webllm.transport"
"""Register a `Transport` under this name before mounting to use another way than the page's bridge."""

EVENTS = ["llm:stream_block_start", "llm:stream_block_delta", "llm:stream_block_end", "llm:stream_aborted"]


async def mount(coordinator: Any, config: Mapping[str, Any] | None = None) -> Callable[[], Awaitable[None]]:
    """Mount the provider as `webllm`; returns its cleanup.

    Needs no engine: the page may register its bridge later.

    Raises:
        RequestRefused: the config has a bad value.
    """
    given: Transport | None = coordinator.get_capability(TRANSPORT_CAPABILITY)
    transport = given or BridgeTransport()
    provider = WebLLMProvider(transport, ProviderConfig.read(config), coordinator)
    await coordinator.mount("providers", provider, name=PROVIDER)
    # It runs on the user's own device: free, and known to be.
    coordinator.register_contributor("session.cost", "provider-webllm", lambda: {"cost_usd": "0"})
    coordinator.register_contributor("observability.events", "provider-webllm", lambda: list(EVENTS))

    async def cleanup() -> None:
        # Who gave the transport may use it for other sessions too.
        if given is None:
            await provider.close()

    return cleanup
