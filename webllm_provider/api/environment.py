"""Settings from the environment and from `.env`, for servers on CPython."""

from __future__ import annotations

from pydantic_settings import BaseSettings, SettingsConfigDict

from .settings import Settings


class Environment(Settings, BaseSettings):
    """`Settings`, each from `WEBLLM_` and its name in capitals; the log level also from `LOG_LEVEL`."""

    model_config = SettingsConfigDict(
        env_prefix="WEBLLM_",
        env_file=".env",
        extra="ignore",
        enable_decoding=False,
        hide_input_in_errors=True,
    )


def from_environment() -> Settings:
    """What the environment says.

    Raises:
        pydantic.ValidationError: a value is malformed; the error names the field and not the value.
    """
    return Settings.model_validate(Environment().model_dump())
