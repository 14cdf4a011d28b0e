"""The way to an engine that a config names, where nobody brings one."""

from __future__ import annotations

from ._browser import BridgeTransport
from ._servers import server_transport
from ._transport import Transport
from ._websocket import WebSocketTransport
from .config import ProviderConfig


def browser_way(config: ProviderConfig) -> Transport:
    """The way to the browser's engine: the page's bridge, or a socket to a tab; asked nothing yet."""
    if config.transport == "websocket":
        token = None if config.engine_token is None else config.engine_token.get_secret_value()
        return WebSocketTransport(config.engine_url, token=token)
    return BridgeTransport()


def way_of(config: ProviderConfig) -> Transport:
    """The way to what answers first by this config.

    Raises:
        RequestRefused: it wants a server, whose address is none.
        BridgeMissing: it wants a server, and httpx is not installed.
    """
    return server_transport(config) if config.mode == "server_side" else browser_way(config)
