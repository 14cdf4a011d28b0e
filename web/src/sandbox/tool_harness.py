"""Runs one tool once and says how it ended, as JSON. Lives in the disposable interpreter of the sandbox."""

import inspect
import json
import traceback
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

PRINTED = 4000
"""Of what a tool prints, so many characters are for its author."""
FILE = "<tool>"


class NoTool(Exception):
    """What was written is no tool, or its result no JSON; the message says which."""


async def run_tool(source: str, arguments: str) -> str:
    """The JSON text of a `FromSandbox` message (messages.ts): `done` or `raised`."""
    printed = StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        try:
            end = {"type": "done", "value": _as_json(await _call(source, arguments))}
        except BaseException as error:
            end = {"type": "raised", "message": _words(error)}
    return json.dumps({**end, "printed": printed.getvalue()[:PRINTED]})


async def _call(source: str, arguments: str) -> Any:
    scope: dict[str, Any] = {"__name__": "tool"}
    exec(compile(source, FILE, "exec"), scope)
    run = scope.get("run")
    if not callable(run):
        raise NoTool("The tool defines no function run.")
    value = run(**json.loads(arguments))
    return await value if inspect.isawaitable(value) else value


def _as_json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise NoTool(f"The result cannot be written as JSON: {error}") from None


def _words(error: BaseException) -> str:
    """What a person reads of an exception: its kind, its words, and the line of the tool."""
    if isinstance(error, NoTool):
        return str(error)
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg} (line {error.lineno})"
    own = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
    said = f": {error}" if str(error) else ""
    return f"{type(error).__name__}{said}{f' (line {own[-1]})' if own else ''}"
