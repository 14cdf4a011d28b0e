"""Holding two engines' observations against each other, with the differences that are meant to be."""

from __future__ import annotations

import fnmatch
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

INTENDED: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).resolve().parent / "intended.toml").read_text("utf-8")
)["difference"]

Observations = Mapping[str, Any]


def intended(name: str) -> dict[str, Any] | None:
    """The entry of intended.toml that speaks of an observation."""
    for entry in INTENDED:
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in entry["observations"]):
            return entry
    return None


def agrees(name: str, native: Any, ours: Any) -> bool:
    """Whether ours is what the native engine did, or what intended.toml says it does instead."""
    if native == ours:
        return True
    entry = intended(name)
    if entry is None:
        return False
    if "ours" in entry:
        return bool(ours == json.loads(entry["ours"]))
    raised = ("raises", "moment")
    return all(isinstance(seen, dict) and seen.get("raises") for seen in (native, ours)) and all(
        native[field] == ours[field] for field in raised
    )


def disagreements(native: Observations, ours: Observations) -> list[str]:
    """One paragraph for each observation that differs and should not."""
    names = [*native, *(name for name in ours if name not in native)]
    missing = "<not observed>"
    return [
        f"{name}\n  native: {native.get(name, missing)}\n  ours:   {ours.get(name, missing)}"
        for name in names
        if not agrees(name, native.get(name, missing), ours.get(name, missing))
    ]


def of_scenario(scenario: str, observations: Observations) -> dict[str, Any]:
    """What one scenario saw."""
    return {name: value for name, value in observations.items() if name.partition("/")[0] == scenario}
