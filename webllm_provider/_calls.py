"""From the JSON inside a call marker to a call (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amplifier_core.llm_errors import InvalidToolCallError

from ._schema import violations
from ._tools import load_json, name_so_far
from .errors import PROVIDER


@dataclass(frozen=True)
class Call:
    """A tool call that is well formed: a name and an object of arguments."""

    name: str
    arguments: dict[str, Any]
    raw: str


def parse_call(raw: str, *, model: str | None = None, cut: bool = False) -> Call:
    """Read the JSON of one call: `{"name": ..., "arguments": {...}}`.

    Args:
        cut: the answer ended because it had reached its greatest length.

    Raises:
        InvalidToolCallError: it is no such JSON; the raw text is in the error.
    """
    try:
        value = load_json(raw)
    except ValueError as error:
        why = "the answer had reached its greatest length" if cut else str(error)
        sentence = f"The model wrote a tool call that is not valid JSON ({why})."
        raise _invalid(sentence, raw, model) from error
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(name, str) or not name:
        raise _invalid("The model wrote a tool call without the name of a tool.", raw, model)
    # Some models were taught to say "parameters".
    arguments = value.get("arguments", value.get("parameters", {}))
    if not isinstance(arguments, dict):
        raise _invalid(f"The arguments of the call of {name} are not a JSON object.", raw, model, name)
    return Call(name, arguments, raw)


def check_call(call: Call, schemas: Mapping[str, Mapping[str, Any]], *, model: str | None = None) -> None:
    """Hold a call against the tools of the request.

    Args:
        schemas: the JSON Schema of each tool's arguments, by the tool's name.

    Raises:
        InvalidToolCallError: no such tool, or arguments that its schema does not allow.
    """
    if call.name not in schemas:
        known = ", ".join(sorted(schemas)) or "none"
        sentence = f"The model called a tool that does not exist: {call.name} (there is: {known})."
        raise _invalid(sentence, call.raw, model, call.name)
    if wrong := violations(call.arguments, schemas[call.name]):
        sentence = f"The arguments of the call of {call.name} do not fit its schema: {wrong[0]}."
        raise _invalid(sentence, call.raw, model, call.name)


def _invalid(sentence: str, raw: str, model: str | None, name: str | None = None) -> InvalidToolCallError:
    return InvalidToolCallError(
        sentence, tool_name=name or name_so_far(raw), raw_arguments=raw, provider=PROVIDER, model=model
    )
