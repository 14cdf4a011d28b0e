"""The page's lists of built-in tools and hooks say what Python's say of themselves."""

from __future__ import annotations

import json
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from webllm_provider.session.create import APPROVAL_HOOK, TOOLS
from webllm_provider.session.living import DEFAULT_HOOKS
from webllm_provider.session.permissions import Permissions
from webllm_provider.session.tools.custom_tool import TAKEN

LISTS = Path(__file__).parents[2] / "web" / "src" / "app" / "tools"
LISTED: dict[str, dict[str, Any]] = json.loads((LISTS / "built-in.json").read_text())
HOOKS: dict[str, dict[str, Any]] = json.loads((LISTS / "hooks.json").read_text())


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


def test_every_hook_is_listed_but_the_gate_which_is_always_there() -> None:
    ours = {point.name for point in entry_points(group="amplifier.modules")}
    choosable = {name for name in ours if name.startswith("hooks-")} - {APPROVAL_HOOK}
    assert {hook["module"] for hook in HOOKS.values()} == choosable


def test_the_hooks_that_are_on_are_those_of_a_session_without_settings() -> None:
    assert [hook["module"] for hook in HOOKS.values() if hook["on"]] == list(DEFAULT_HOOKS)
