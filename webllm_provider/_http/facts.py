"""What a server says of its models, and what is taken for granted where it says nothing (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._wire import EngineIdentity, LoadedModel, ModelRecord

CONTEXT_WINDOW = 8192
"""Assumed where neither the server nor the user says: most servers offer at least this."""


@dataclass(frozen=True)
class ServerModel:
    """One entry of a server's list."""

    id: str
    names: frozenset[str]
    """The id and its aliases."""
    context_window: int | None
    owner: str
    images: bool


def read_models(value: object) -> list[ServerModel]:
    """The entries of an answer of `/models`; what is no entry is left out."""
    data = value.get("data") if isinstance(value, Mapping) else value
    entries = data if isinstance(data, list) else []
    return [
        _model(entry) for entry in entries if isinstance(entry, Mapping) and isinstance(entry.get("id"), str)
    ]


def chosen(models: list[ServerModel], wanted: str | None) -> ServerModel | None:
    """The entry of a model by id or alias; the only one there is where none is wanted."""
    if wanted is None:
        return models[0] if len(models) == 1 else None
    return next((model for model in models if wanted in model.names), None)


def identity(model: ServerModel | None) -> EngineIdentity:
    """Who answers, as far as the list tells."""
    version = model.owner if model is not None and model.owner else "unknown"
    return {"kind": "server", "version": version, "device": "none", "adapter": None}


def loaded_model(
    name: str, model: ServerModel | None, *, native_tools: bool, context_window: int | None
) -> LoadedModel:
    """The model that a server answers with.

    Args:
        context_window: the user's word for it, which goes before the server's.
    """
    said = model.context_window if model is not None else None
    return {
        "id": name,
        "context_window": context_window or said or CONTEXT_WINDOW,
        "dialect": "default",
        "quantization": "unknown",
        "engine": identity(model),
        "capabilities": {
            "constraint": "none",
            "native_tools": native_tools,
            "json_schema": True,
            "logprobs": True,
            # A server that does not say is asked, and refuses by itself.
            "images": True if model is None else model.images,
        },
    }


def record(model: ServerModel) -> ModelRecord:
    """An entry of the catalogue: what a device would need for it does not matter here."""
    return {
        "id": model.id,
        "name": model.id,
        "devices": ["none"],
        "download_bytes": None,
        "memory_mb": None,
        "context_window": model.context_window,
        "quantization": "unknown",
        "required_features": [],
        "low_resource": False,
        "embedded": False,
    }


def template_takes_tools(props: object) -> bool | None:
    """llama.cpp's word on whether the model's chat template knows tools; None where it says nothing."""
    found = props.get("chat_template_caps") if isinstance(props, Mapping) else None
    said = found.get("supports_tools") if isinstance(found, Mapping) else None
    return said if isinstance(said, bool) else None


def _model(entry: Mapping[str, Any]) -> ServerModel:
    aliases = entry.get("aliases")
    names = {
        entry["id"],
        *(name for name in (aliases if isinstance(aliases, list) else []) if isinstance(name, str)),
    }
    meta = entry.get("meta")
    places = ((entry, "max_model_len"), (entry, "context_length"), (meta, "n_ctx"), (entry, "context_window"))
    window = next((found for where, key in places if (found := _positive(where, key))), None)
    architecture = entry.get("architecture")
    inputs = architecture.get("input_modalities") if isinstance(architecture, Mapping) else None
    return ServerModel(
        id=entry["id"],
        names=frozenset(names),
        context_window=window,
        owner=str(entry.get("owned_by") or ""),
        images="image" in inputs if isinstance(inputs, list) else True,
    )


def _positive(where: object, key: str) -> int | None:
    value = where.get(key) if isinstance(where, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
