"""The same scenarios on the native engine and on ours: every observation agrees, or differs on purpose."""

from __future__ import annotations

import fnmatch
from typing import Any

import pytest

from tests.kernel.differential.comparing import INTENDED, disagreements, of_scenario

FEWEST_OBSERVATIONS = 300


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
            native, ours = (of_scenario(scenario, seen) for seen in (native_observations, pure_observations))
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
