"""What the API can be told, whoever tells it (pure). `environment.py` reads it from the environment."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ByteSize, ConfigDict, Field, SecretStr, field_validator

from ..config import ProviderConfig

Mode = Literal["client_side", "server_side", "hybrid"]


class Settings(BaseModel):
    """Settings of one application. Times are seconds, sizes bytes, unless the name says otherwise."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, populate_by_name=True)

    default_model: str | None = None
    """The model of a request that names none; None takes what is loaded."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    top_p: float | None = Field(default=None, ge=0, le=1)
    fallback_mode: Mode = "client_side"
    """Who answers a request that does not say: a browser's engine, a server, or one and then the other."""
    batch_size: int = Field(default=4, ge=1, le=100)
    """Prompts of one batch that are asked at the same time."""
    gpu_memory: float | None = Field(default=None, gt=0)
    """Gigabytes that a recommended model may need; None takes any."""
    cache_size: ByteSize = ByteSize(64 * 2**20)
    """Of the kept results; from the environment also as 64MiB."""
    cache_age: float = Field(default=7 * 24 * 3600.0, gt=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field(
        default="INFO", validation_alias=AliasChoices("LOG_LEVEL", "WEBLLM_LOG_LEVEL", "log_level")
    )

    server_url: str | None = None
    """The OpenAI-compatible server of the modes server_side and hybrid."""
    server_key: SecretStr | None = None
    server_model: str | None = None

    token: SecretStr | None = None
    """What every request must bear; None asks nobody on /v1 and /webllm/api. Sessions always ask."""
    engine_token: SecretStr | None = None
    """What a tab must bring to offer its engine; None takes every tab of this origin."""
    oidc_issuer: str | None = None
    """The address of an identity provider (OpenID Connect) whose tokens are taken too, beside `token`."""
    oidc_audience: str | None = None
    """For whom its tokens have to be made out."""
    allowed_origins: tuple[str, ...] = ()
    """Other origins that may call, as `https://host:port`. None by default: CORS is off."""
    allowed_hosts: tuple[str, ...] = ("*",)

    body_limit: int = Field(default=4 * 2**20, ge=1024)
    queue_limit: int = Field(default=256, ge=1)
    """Requests that may wait for an engine."""
    client_limit: int = Field(default=32, ge=1)
    """Requests of one client that may wait or run."""
    engine_limit: int = Field(default=16, ge=1)
    """Engines that may be connected."""
    timeout: float = Field(default=600.0, gt=0)
    """For one answer, the wait for an engine included."""
    head_after: float = Field(default=10.0, gt=0)
    """A stream sends its head with its first event, at the latest then; before it, errors have a status."""
    keep_alive: float = Field(default=15.0, gt=0)
    """A stream that has nothing to say sends a comment."""
    reader_timeout: float = Field(default=60.0, gt=0)
    """A client that takes nothing for so long has gone: the engine is wanted by others."""
    heartbeat: float = Field(default=10.0, gt=0)
    """Between two questions to a tab whether it is there; two without an answer end its connection."""
    session_age: float = Field(default=1800.0, gt=0)
    """A session that nobody used for so long is over."""

    redis_url: SecretStr | None = None
    """The Redis through which several server processes share queue, sessions and results; None: one process.
    Secret, as it may hold a password."""

    orphan_timeout: float = Field(default=30.0, gt=0)
    """How long a request waits where no engine is there: behind the start, and when the last one has gone."""

    @field_validator("allowed_origins", "allowed_hosts", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """Lists stand in the environment with commas."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _capitals(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    def provider_config(self, **changes: Any) -> ProviderConfig:
        """What a provider of this application is told."""
        given: dict[str, Any] = {
            "model": self.default_model,
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "top_p": self.top_p,
            "timeout": self.timeout,
            "stream_idle_timeout": self.timeout,
            "base_url": self.server_url,
            "api_key": self.server_key,
            "server_model": self.server_model,
            # The queue gives a lost request to another engine itself; a client decides about the rest.
            "max_retries": 0,
        }
        return ProviderConfig.read(
            {name: value for name, value in {**given, **changes}.items() if value is not None}
        )
