"""Which models there are, as Amplifier knows them, and what each does by default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from amplifier_core import capabilities
from amplifier_core.models import ConfigField, ModelInfo, ProviderInfo
from pydantic import Field

from ._habits import habit_of
from ._servers import KEY_VARIABLE, SERVER_FIELDS
from ._wire import Capabilities, LoadedModel, ModelRecord
from .config import ProviderConfig
from .errors import PROVIDER

CONTEXT_WINDOW = 4096
"""Assumed while nobody has said: what nearly every model of WebLLM's catalogue is compiled for."""


DISPLAY_NAMES = {
    "client_side": "WebLLM (in this browser)",
    "server_side": "WebLLM (on a server)",
    "hybrid": "WebLLM (in this browser, else on a server)",
}


@dataclass(frozen=True)
class Defaults:
    """What a model does when neither the request nor the config says."""

    temperature: float = 0.7
    """Varied, but coherent on models of 1 to 8 billion parameters."""
    top_p: float = 0.95
    """Without the tail of unlikely tokens, in which small models lose themselves."""
    max_tokens: int = 1024
    """An answer of a page: on a phone already a minute of decoding."""


# First match by the beginning of the model's id.
BY_PREFIX: tuple[tuple[str, Defaults], ...] = (
    # It knows a few hundred answers by heart: sampling could only make them wrong. Its window is 2,048.
    ("webllm-demo", Defaults(temperature=0.0, top_p=1.0, max_tokens=512)),
)


class WebLLMModelInfo(ModelInfo):
    """`ModelInfo` with what decides whether a device can run the model."""

    metadata: dict[str, Any] = Field(default_factory=dict)
    """`cost_tier`, `memory_mb`, `download_bytes`, `quantization`, `required_features`, `devices`, `embedded`.

    Where the engine tells them also `kind`, `quality` (a hint from 0 to 100), `tasks` and `custom`.
    """


def defaults_for(model_id: str | None) -> Defaults:
    """The defaults of a model; an unknown or unnamed one gets the general ones."""
    for prefix, defaults in BY_PREFIX:
        if model_id is not None and model_id.startswith(prefix):
            return defaults
    return Defaults()


def answer_tokens(model_id: str | None, context_window: int, configured: int | None = None) -> int:
    """How long an answer may get: as configured, else the default, but at most half the window."""
    if configured is not None:
        return configured
    return min(defaults_for(model_id).max_tokens, max(1, context_window // 2))


def loaded_info(
    model: LoadedModel, max_tokens: int | None = None, record: ModelRecord | None = None
) -> ModelInfo:
    """The loaded model, with the facts of its own configuration, and of the catalogue where it is there."""
    return WebLLMModelInfo(
        id=model["id"],
        display_name=model["id"] if record is None else record["name"],
        context_window=model["context_window"],
        max_output_tokens=answer_tokens(model["id"], model["context_window"], max_tokens),
        capabilities=_capabilities(
            model["id"],
            model["capabilities"],
            fast=record is not None and record["low_resource"],
            local=model["engine"]["kind"] != "server",
        ),
        defaults=_defaults(model["id"]),
        metadata={
            **({} if record is None else _facts(record)),
            "cost_tier": "unknown" if model["engine"]["kind"] == "server" else "free",
            "quantization": model["quantization"],
            "engine": dict(model["engine"]),
        },
    )


def record_info(record: ModelRecord, max_tokens: int | None = None) -> ModelInfo:
    """A model of the catalogue, which need not be loaded."""
    window = record["context_window"] or CONTEXT_WINDOW
    return WebLLMModelInfo(
        id=record["id"],
        display_name=record["name"],
        context_window=window,
        max_output_tokens=answer_tokens(record["id"], window, max_tokens),
        capabilities=_capabilities(
            record["id"], None, fast=record["low_resource"], local=record["devices"] != ["none"]
        ),
        defaults=_defaults(record["id"]),
        metadata=_facts(record),
    )


def _facts(record: ModelRecord) -> dict[str, Any]:
    return {
        "cost_tier": "unknown" if record["devices"] == ["none"] else "free",
        "memory_mb": record["memory_mb"],
        "download_bytes": record["download_bytes"],
        "quantization": record["quantization"],
        "required_features": list(record["required_features"]),
        "devices": list(record["devices"]),
        "embedded": record["embedded"],
        **({"kind": record["kind"]} if "kind" in record else {}),
        **({"quality": record["quality"]} if "quality" in record else {}),
        **({"tasks": list(record["tasks"])} if "tasks" in record else {}),
        **({"custom": True} if record.get("custom", False) else {}),
    }


def assumed_info(model_id: str | None, max_tokens: int | None = None, *, local: bool = True) -> ModelInfo:
    """What is assumed of a model before any engine, or a server, has said."""
    return WebLLMModelInfo(
        id=model_id or "webllm",
        display_name=model_id or "The loaded model",
        context_window=CONTEXT_WINDOW,
        max_output_tokens=answer_tokens(model_id, CONTEXT_WINDOW, max_tokens),
        capabilities=_capabilities(model_id, None, local=local),
        defaults=_defaults(model_id),
        metadata={"cost_tier": "free" if local else "unknown", "assumed": True},
    )


def provider_info(model: ModelInfo, config: ProviderConfig) -> ProviderInfo:
    """The provider itself, with the facts of the model it would answer with now."""
    return ProviderInfo(
        id=PROVIDER,
        display_name=DISPLAY_NAMES[config.mode],
        credential_env_vars=[] if config.mode == "client_side" else [KEY_VARIABLE],
        capabilities=[
            capabilities.STREAMING,
            capabilities.TOOLS,
            *([] if config.mode == "server_side" else [capabilities.LOCAL]),
        ],
        defaults={
            "model": model.id,
            **model.defaults,
            "max_tokens": model.max_output_tokens,
            "timeout": config.timeout,
            "context_window": model.context_window,
            "max_output_tokens": model.max_output_tokens,
        },
        config_fields=[
            ConfigField(
                id="temperature",
                display_name="Temperature",
                prompt="How varied answers are, from 0 to 2 (empty: what suits the model)",
                required=False,
            ),
            ConfigField(
                id="max_tokens",
                display_name="Longest answer",
                prompt="Most tokens of an answer (empty: what suits the model)",
                required=False,
            ),
            *SERVER_FIELDS,
            ConfigField(
                id="reasoning_effort",
                display_name="Thinking",
                field_type="choice",
                prompt="Let models think first that can (it takes longer)",
                choices=["none", "on"],
                required=False,
            ),
        ],
    )


def _capabilities(
    model_id: str | None, of: Capabilities | None, *, fast: bool = False, local: bool = True
) -> list[str]:
    found: list[str] = [capabilities.STREAMING, capabilities.TOOLS]
    extra: Sequence[tuple[bool, str]] = (
        (local, capabilities.LOCAL),
        (of is not None and of["json_schema"], capabilities.JSON_MODE),
        (of is not None and of["images"], capabilities.VISION),
        (habit_of(model_id) != "never", capabilities.THINKING),
        (fast, capabilities.FAST),
    )
    return [*found, *(name for present, name in extra if present)]


def _defaults(model_id: str | None) -> dict[str, Any]:
    values = defaults_for(model_id)
    return {"temperature": values.temperature, "top_p": values.top_p, "max_tokens": values.max_tokens}
