"""What every suite has: the features that a test shows stand in its report."""

from __future__ import annotations

import pytest

ENGINES = ("webgpu", "cpu", "http")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write the `feature` marks of each test into its report, with the engine that it runs on."""
    for item in items:
        for mark in item.iter_markers("feature"):
            engine = mark.kwargs.get("engine") or _engine_of(item)
            item.user_properties.extend(("feature", f"{engine}: {name}") for name in mark.args)


def _engine_of(item: pytest.Item) -> str:
    parameters = getattr(item, "callspec", None)
    values = parameters.params.values() if parameters is not None else ()
    found = next((value for value in values if value in ENGINES), None)
    if found is None:
        raise pytest.UsageError(f"{item.nodeid} shows a feature, but its engine is not known.")
    return str(found)
