"""The same scenarios on the native engine and on ours: every observation agrees, or differs on purpose."""

from __future__ import annotations

import fnmatch
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
FEWEST_OBSERVATIONS = 300
INTENDED: list[dict[str, Any]] = tomllib.loads((HERE / "intended.toml").read_text("utf-8"))["difference"]


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


def disagreements(native: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """One paragraph for each observation that differs and should not."""
    names = [*native, *(name for name in ours if name not in native)]
    missing = "<not observed>"
    return [
        f"{name}\n  native: {native.get(name, missing)}\n  ours:   {ours.get(name, missing)}"
        for name in names
        if not agrees(name, native.get(name, missing), ours.get(name, missing))
    ]


def scenarios(observations: dict[str, Any]) -> list[str]:
    """Names of the scenarios behind the observations."""
    return sorted({name.partition("/")[0] for name in observations})


def test_the_two_programs_ran_on_two_engines(
    native_observations: dict[str, Any], pure_observations: dict[str, Any]
) -> None:
    assert native_observations["engine"] == "native"
    assert pure_observations["engine"] == "python"


def test_enough_is_observed(native_observations: dict[str, Any]) -> None:
    assert len(native_observations) >= FEWEST_OBSERVATIONS


def test_no_scenario_breaks_off(
    native_observations: dict[str, Any], pure_observations: dict[str, Any]
) -> None:
    broken = [name for name in {**native_observations, **pure_observations} if name.endswith("/stopped by")]
    assert broken == []


def test_every_observation_agrees_or_differs_on_purpose(
    native_observations: dict[str, Any], pure_observations: dict[str, Any], subtests: pytest.Subtests
) -> None:
    for scenario in scenarios(native_observations | pure_observations):
        with subtests.test(scenario):
            native, ours = (
                {name: value for name, value in seen.items() if name.partition("/")[0] == scenario}
                for seen in (native_observations, pure_observations)
            )
            if scenario != "engine":
                assert "\n".join(disagreements(native, ours)) == ""


def test_every_intended_difference_still_exists(
    native_observations: dict[str, Any], pure_observations: dict[str, Any]
) -> None:
    differing = [
        name for name, native in native_observations.items() if native != pure_observations.get(name)
    ]
    stale = [
        pattern
        for entry in INTENDED
        for pattern in entry["observations"]
        if not fnmatch.filter(differing, pattern)
    ]
    assert stale == []


def test_every_intended_difference_gives_a_reason() -> None:
    assert [entry["observations"] for entry in INTENDED if not entry.get("reason")] == []
