"""A server by config: its transport, its key, and how an application asks a user for both."""

from __future__ import annotations

import os

from amplifier_core.models import ConfigField

from ._browser import in_browser
from ._http import HttpTransport
from .config import ProviderConfig

KEY_VARIABLE = "WEBLLM_API_KEY"

SERVER_FIELDS = (
    ConfigField(
        id="mode",
        display_name="Where the model runs",
        field_type="choice",
        prompt="In the browser, on a server, or in the browser with a server to fall back to",
        choices=["client_side", "server_side", "hybrid"],
        required=False,
        default="client_side",
    ),
    ConfigField(
        id="base_url",
        display_name="Server",
        prompt="Base URL of an OpenAI-compatible server, usually ending in /v1",
        required=False,
    ),
    ConfigField(
        id="api_key",
        display_name="API key",
        field_type="secret",
        prompt="The server's API key (empty: none)",
        env_var=KEY_VARIABLE,
        required=False,
    ),
    ConfigField(
        id="server_model",
        display_name="Model on the server",
        prompt="Id of the server's model (empty: the only one it has)",
        required=False,
    ),
    ConfigField(
        id="privacy",
        display_name="Privacy",
        field_type="choice",
        prompt="Keep every conversation on this device, or let the server answer",
        choices=["local_only", "allow_remote"],
        required=False,
        default="allow_remote",
        show_when={"mode": "hybrid"},
    ),
)


def server_transport(config: ProviderConfig) -> HttpTransport:
    """The transport to the server of a config.

    Raises:
        RequestRefused: its address is none.
        BridgeMissing: httpx is not installed.
    """
    key = config.api_key.get_secret_value() if config.api_key is not None else None
    if not key and not in_browser():
        key = os.environ.get(KEY_VARIABLE)
    own = config.model if config.mode == "server_side" else None
    return HttpTransport(
        config.base_url or "",
        api_key=key or None,
        model=config.server_model or own,
        # The provider's clocks stand above these: they end what no answer of any kind comes to.
        timeout=config.timeout,
        idle_timeout=config.stream_idle_timeout,
        native_tools=config.native_tools,
        context_window=config.server_context_window,
    )
