"""Which schemas an engine's grammar can hold, and what of them it holds only loosely (pure).

The engines refuse what is not on their list, because a lookahead or a dangling `$ref` ends XGrammar's
runtime and `not` is ignored in silence. The list here is theirs: `protocol/schemas.json` says of examples
what both sides must say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ._schema import resolve_pointer

HELD = frozenset(
    {"type", "properties", "required", "additionalProperties", "items", "prefixItems", "minItems"}
    | {"maxItems", "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum"}
    | {"exclusiveMaximum", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "$defs", "definitions"}
)
SILENT = frozenset(
    {"$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated"}
    | {"readOnly", "writeOnly", "nullable"}
)
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
SIZES = ("minItems", "maxItems", "minLength", "maxLength")
TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})
LONGEST = 1000
"""Repetitions that the CPU's grammar counts."""

_BEYOND = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]|\\k<|\\[bB]|\\[pP]\{")


def expressible(schema: object) -> bool:
    """Whether a grammar can hold the schema, maybe loosely. What it cannot is relaxed to any object."""
    try:
        return all(_held(one, schema) for one in _schemas(schema))
    except (TypeError, AttributeError, RecursionError):
        return False


def widened(schema: object) -> set[str]:
    """The keywords of an expressible schema that llama.cpp's grammar holds only loosely."""
    found: set[str] = set()
    for one in _schemas(schema):
        if isinstance(one, Mapping):
            found.update({"pattern", "format"} & set(one))
            found.update(key for key in SIZES if one.get(key, 0) > LONGEST)
            found.update(key for key in BOUNDS if float(one.get(key, 0)) % 1)
    return found


def _held(schema: object, root: object) -> bool:
    if isinstance(schema, bool):
        return True
    if not isinstance(schema, Mapping):
        return False
    names = schema.get("type", [])
    listed = names if isinstance(names, list) else [names]
    pattern = schema.get("pattern")
    return (
        all(key in HELD or key in SILENT or str(key).startswith("x-") for key in schema)
        and all(isinstance(name, str) and name in TYPES for name in listed)
        and all(_is_number(schema[key]) for key in (*BOUNDS, *SIZES) if key in schema)
        and (not isinstance(pattern, str) or _readable(pattern))
        and len(schema.get("allOf", ())) <= 1
        and ("$ref" not in schema or _leads_to_a_schema(schema["$ref"], root))
    )


def _is_number(value: object) -> bool:
    """In older drafts some bounds were booleans."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _readable(pattern: str) -> bool:
    if _BEYOND.search(pattern):
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _leads_to_a_schema(reference: object, root: object) -> bool:
    return isinstance(reference, str) and isinstance(resolve_pointer(reference, root), Mapping)


def _schemas(schema: object) -> Iterator[Any]:
    """A schema and all that it is made of."""
    yield schema
    if not isinstance(schema, Mapping):
        return
    for keyword in ("properties", "$defs", "definitions"):
        named = schema.get(keyword)
        for member in named.values() if isinstance(named, Mapping) else ():
            yield from _schemas(member)
    for keyword in ("anyOf", "oneOf", "allOf", "prefixItems"):
        listed = schema.get(keyword)
        for member in listed if isinstance(listed, list | tuple) else ():
            yield from _schemas(member)
    for keyword in ("items", "additionalProperties"):
        if keyword in schema:
            yield from _schemas(schema[keyword])
