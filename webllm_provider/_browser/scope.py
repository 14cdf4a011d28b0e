"""Where Python runs: `globalThis` of a page or a worker, or no browser at all."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from ..errors import BridgeMissing, EngineError, engine_error

ELSEWHERE = (
    "Outside of a browser pass a transport: create_session(transport=...) with HttpTransport for a server, "
    "or ScriptedTransport of webllm_provider.testing for a test."
)


def in_browser() -> bool:
    """Whether this Python runs in Pyodide."""
    return sys.platform == "emscripten"


def browser_scope() -> Any:
    """`globalThis` of the page or worker that hosts Python.

    Raises:
        BridgeMissing: this Python does not run in a browser.
    """
    if not in_browser():
        raise missing("This Python does not run in a browser, so there is no page with an engine.", ELSEWHERE)
    return importlib.import_module("js").globalThis


def foreign() -> Any:
    """`pyodide.ffi`: what makes JavaScript objects of Python ones, and back."""
    return importlib.import_module("pyodide.ffi")


def absent(value: object) -> bool:
    """JavaScript's undefined arrives as None, its null as a value of its own."""
    return value is None or type(value).__name__ == "JsNull"


def missing(sentence: str, hint: str) -> EngineError:
    """A page or a bridge is not there."""
    return engine_error("unsupported", sentence, hint=hint, kind=BridgeMissing)
