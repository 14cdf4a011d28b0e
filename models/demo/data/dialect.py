"""The provider's own tool text, imported and never repeated here.

The demo model speaks exactly the default dialect: what is trained is what `webllm_provider` renders.
The modules are loaded by file, because the provider's package imports `amplifier_core`, which building
a model does not need.
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

PROVIDER = Path(__file__).resolve().parents[3] / "webllm_provider"


def _load(relative: str) -> ModuleType:
    name = "demo_dialect_" + relative.replace("/", "_").removesuffix(".py")
    spec = importlib.util.spec_from_file_location(name, PROVIDER / relative)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{PROVIDER / relative} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Tool:
    """What `render_tools` reads of a tool."""

    name: str
    description: str | None
    parameters: dict[str, Any]


tools = _load("_tools.py")
notes = _load("session/tools/notes.py")
todo = _load("session/tools/todo.py")
INSTRUCTION: str = _load("session/defaults.py").INSTRUCTION
NOTES = Tool(notes.NAME, notes.DESCRIPTION, notes.PARAMETERS)
TODO = Tool(todo.NAME, todo.DESCRIPTION, todo.PARAMETERS)


def system_text(*mounted: Tool) -> str:
    """The system text of a session with these tools, as the provider sends it."""
    if not mounted:
        return INSTRUCTION
    return f"{INSTRUCTION}\n\n{tools.render_tools(mounted)}"


def call(name: str, **arguments: object) -> str:
    """One call, as the model must write it."""
    return str(tools.render_call(name, arguments))


def result(name: str, output: str) -> str:
    """One tool result, as the model reads it in a user message."""
    return str(tools.render_result(name, output))
