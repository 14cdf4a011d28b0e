"""The mount plan that a session is made from: what it must say, and its copy as JSON."""

from __future__ import annotations

from typing import Any

from . import arguments
from .payload import Json, canonical


def written(config: dict[str, Any]) -> Json:
    """The plan as JSON, if it has what a session needs.

    Raises:
        ValueError: it is empty, or lacks `session.orchestrator` or `session.context`.
        RuntimeError, TypeError: it cannot be written as JSON.
    """
    if not config:
        raise ValueError("Configuration is required")
    section = arguments.mapping(config["session"]) if "session" in config else {}
    for name in ("orchestrator", "context"):
        if section.get(name) is None:
            raise ValueError(f"Configuration must specify session.{name}")
    try:
        return canonical(config)
    except RuntimeError as error:
        raise RuntimeError(str(error).replace("Invalid JSON", "Invalid config JSON", 1)) from None
