"""What a provider can be told, and what it does when it is told nothing.

Defaults stand here and nowhere else; what depends on the model stands in `models.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from .errors import EngineError, RequestRefused, engine_error

logger = logging.getLogger(__name__)


class ProviderConfig(BaseModel):
    """The `config` of `provider-webllm` in a mount plan.

    Sampling fields are None unless set: then the request, and after it the model's default, decides.
    """

    # An error that quoted its input would carry an API key into tracebacks.
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    model: str | None = Field(default=None, validation_alias=AliasChoices("model", "default_model"))
    """The model a request asks for; None takes whatever is loaded."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: int | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(
        default=None, ge=1, validation_alias=AliasChoices("max_tokens", "max_output_tokens")
    )
    stop: list[str] | None = None
    seed: int | None = None
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)

    reasoning_effort: str | None = None
    """For models that can think or not: "none" turns it off, anything else on."""

    mode: Literal["client_side", "server_side", "hybrid"] = "client_side"
    """Who answers: the browser, a server, or the browser and by stated rules the server (`_hybrid.py`)."""
    transport: Literal["bridge", "websocket"] = "bridge"
    """The way to the browser's engine: this page's own, or from CPython that of a tab at `webllm-api`."""
    engine_url: str = "ws://localhost:8000"
    """Where `webllm-api` listens, for `transport: websocket`."""
    engine_token: SecretStr | None = None
    """What it asks of its clients, where it does."""
    base_url: str | None = None
    """Where the server's `/chat/completions` is; usually ends in `/v1`."""
    api_key: SecretStr | None = None
    """The server's key; on CPython also from the environment, as `WEBLLM_API_KEY`."""
    server_model: str | None = None
    """The model that is asked of the server; None takes `model`, or in hybrid the only one it has."""
    native_tools: bool | None = None
    """Whether the server takes `tools` itself; None asks llama.cpp, and trusts all others."""
    server_context_window: int | None = Field(default=None, ge=1)
    """In tokens, where the server does not say."""
    privacy: Literal["local_only", "allow_remote"] = "allow_remote"
    """`local_only` keeps every conversation on this device, whatever the mode says."""

    timeout: float = Field(default=600.0, gt=0)
    """Seconds for a whole completion. Long, because a request waits for a model that is loading."""
    stream_idle_timeout: float = Field(default=300.0, gt=0)
    """Seconds without any event, the first included; what listeners take for one is not counted."""
    use_streaming: bool = True
    """Emit `llm:stream_block_*` while the model writes."""
    delta_interval_ms: float | None = Field(default=None, ge=0, le=10_000)
    """The least time between two batches of deltas from the engine; None is 32 ms, two frames of a
    screen. The first delta never waits."""

    max_retries: int = Field(default=3, ge=0)
    min_retry_delay: float = Field(default=1.0, ge=0)
    max_retry_delay: float = Field(default=30.0, ge=0)
    retry_jitter: bool = True

    priority: int = 100
    """Lower wins when several providers are mounted."""
    raw: bool = False
    """Add the request body to `llm:request`. It holds the whole conversation."""

    @classmethod
    def read(cls, config: Mapping[str, Any] | None) -> ProviderConfig:
        """Read a mount plan's config; keys that mean nothing here are named in the log.

        Raises:
            RequestRefused: a value has the wrong type or lies out of range.
        """
        given = dict(config or {})
        known = set(cls.model_fields) | {"default_model", "max_output_tokens"}
        if unknown := sorted(set(given) - known):
            logger.warning("provider-webllm does not know these keys of its config: %s", ", ".join(unknown))
        try:
            made = cls.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise engine_error(
                "invalid_request",
                f"The provider's config has a bad value for {field}: {first['msg']}.",
                details={"field": field},
                kind=RequestRefused,
            ) from error
        made._check_mode()
        return made

    def _check_mode(self) -> None:
        if self.mode == "client_side":
            return
        if self.base_url is None:
            raise _refused("base_url", f"mode {self.mode} needs the base_url of a server.")
        if self.mode == "server_side" and self.privacy == "local_only":
            raise _refused("privacy", "privacy local_only forbids the server that mode server_side asks for.")


def _refused(field: str, sentence: str) -> EngineError:
    return engine_error("invalid_request", sentence, details={"field": field}, kind=RequestRefused)
