"""The page's list of built-in tools says what Python's tools say of themselves."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from webllm_provider.session.create import TOOLS
from webllm_provider.session.permissions import Permissions
from webllm_provider.session.tools.custom_tool import TAKEN

BUILT_IN = Path(__file__).parents[2] / "web" / "src" / "app" / "tools" / "built-in.json"
LISTED: dict[str, dict[str, Any]] = json.loads(BUILT_IN.read_text())


def tool_class(name: str) -> Any:
    module = import_module(f"webllm_provider.session.tools.{name}_tool")
    return next(
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and value.__module__ == module.__name__
        and getattr(value, "name", "") == name
    )


def test_every_built_in_tool_is_listed() -> None:
    assert set(LISTED) == TAKEN


def test_those_that_are_on_are_those_of_a_session_without_settings() -> None:
    assert [tool["module"] for tool in LISTED.values() if tool["on"]] == list(TOOLS)


@pytest.mark.parametrize("name", LISTED)
def test_a_tool_has_the_schema_and_the_permission_that_python_gives_it(name: str) -> None:
    listed = LISTED[name]
    assert listed["schema"] == tool_class(name).input_schema
    assert listed["permission"] == Permissions().of(name)
