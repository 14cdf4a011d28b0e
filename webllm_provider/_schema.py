"""Hold a value against a JSON Schema, and say which keywords are understood (pure).

Why not a library: `jsonschema` needs a native package without a build for Pyodide, `fastjsonschema`
makes code and runs it, and what constrains a model's output knows only a part of JSON Schema anyway.
So one allow list serves both: what stands here is checked, and only schemas made of it are given to
an engine as a grammar (an unknown keyword there is ignored in silence, or ends the engine).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

ANNOTATIONS = frozenset(
    {"$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples"}
    | {"deprecated", "readOnly", "writeOnly", "format"}
)
"""Keywords that allow and forbid nothing."""


def violations(value: object, schema: object) -> list[str]:
    """What is wrong with `value`, one phrase each; empty where the schema allows it."""
    try:
        return list(_check(value, schema, "the value", schema, 0))
    except (TypeError, AttributeError, ValueError, ZeroDivisionError) as error:
        return [f"the schema is malformed ({error})"]


def unknown_keywords(schema: object) -> set[str]:
    """The keywords anywhere in a schema that are not checked here; a dangling `$ref` counts as one."""
    found: set[str] = set()
    try:
        _collect(schema, schema, found)
    except (TypeError, AttributeError, RecursionError):
        found.add("(malformed)")
    return found


def _check(value: object, schema: object, at: str, root: object, depth: int) -> Iterator[str]:
    if schema is True or schema == {}:
        return
    if schema is False:
        yield f"{at} is not allowed"
        return
    if not isinstance(schema, Mapping) or depth > 64:
        yield f"the schema of {at} is not usable"
        return
    if "$ref" in schema:
        target = resolve_pointer(str(schema["$ref"]), root)
        yield from _check(value, {} if target is None else target, at, root, depth + 1)
    for keyword, rule in schema.items():
        if keyword in VALUE_RULES and (wrong := VALUE_RULES[keyword](value, rule)):
            yield f"{at} {wrong}"
    yield from _check_branches(value, schema, at, root, depth)
    if isinstance(value, Mapping):
        yield from _check_object(value, schema, at, root, depth)
    if isinstance(value, list):
        yield from _check_array(value, schema, at, root, depth)


def _check_branches(value: object, schema: Schema, at: str, root: object, depth: int) -> Iterator[str]:
    for branch in schema.get("allOf", ()):
        yield from _check(value, branch, at, root, depth + 1)
    for keyword in ("anyOf", "oneOf"):
        if keyword not in schema:
            continue
        fitting = sum(not any(_check(value, branch, at, root, depth + 1)) for branch in schema[keyword])
        if fitting == 0:
            yield f"{at} fits none of the alternatives"
        elif fitting > 1 and keyword == "oneOf":
            yield f"{at} fits more than one of the alternatives"


def _check_object(
    value: Mapping[str, object], schema: Schema, at: str, root: object, depth: int
) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at} lacks {name}"
    for name, member in value.items():
        if name in properties:
            yield from _check(member, properties[name], name, root, depth + 1)
        elif "additionalProperties" in schema:
            yield from _check(member, schema["additionalProperties"], name, root, depth + 1)


def _check_array(value: list[object], schema: Schema, at: str, root: object, depth: int) -> Iterator[str]:
    leading = schema.get("prefixItems", ())
    for number, member in enumerate(value):
        rule = leading[number] if number < len(leading) else schema.get("items", True)
        yield from _check(member, rule, f"{at}[{number}]", root, depth + 1)


def _same(left: object, right: object) -> bool:
    """Equality as JSON has it: 1 is 1.0, but true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    return left == right


def _is(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if isinstance(value, float) and name == "integer":
        return value.is_integer()
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "object": Mapping,
        "array": list,
        "null": type(None),
    }
    return name in kinds and isinstance(value, kinds[name])


def _type(value: object, rule: Any) -> str | None:
    names = [rule] if isinstance(rule, str) else list(rule)
    return None if any(_is(value, name) for name in names) else f"is not of type {' or '.join(names)}"


def _number(fits: Callable[[float, float], bool], words: str) -> Callable[[object, Any], str | None]:
    def rule(value: object, bound: Any) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float) or fits(value, bound):
            return None
        return f"is not {words} {bound}"

    return rule


def _size(kind: type, fits: Callable[[int, int], bool], words: str) -> Callable[[object, Any], str | None]:
    def rule(value: object, bound: Any) -> str | None:
        if not isinstance(value, kind) or fits(len(value), bound):  # type: ignore[arg-type]
            return None
        return f"has not {words} {bound} {'characters' if kind is str else 'members'}"

    return rule


def _pattern(value: object, rule: Any) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        return None if re.search(rule, value) else f"does not match {rule}"
    except re.error:
        # ECMAScript's own syntax: what cannot be read forbids nothing.
        return None


def _multiple(value: object, rule: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.fmod(value, rule) == 0:
        return None
    return f"is not a multiple of {rule}"


VALUE_RULES: dict[str, Callable[[object, Any], str | None]] = {
    "type": _type,
    "enum": lambda value, rule: (
        None if any(_same(value, one) for one in rule) else f"is none of {', '.join(map(str, rule))}"
    ),
    "const": lambda value, rule: None if _same(value, rule) else f"is not {rule}",
    "minimum": _number(lambda value, bound: value >= bound, "at least"),
    "maximum": _number(lambda value, bound: value <= bound, "at most"),
    "exclusiveMinimum": _number(lambda value, bound: value > bound, "more than"),
    "exclusiveMaximum": _number(lambda value, bound: value < bound, "less than"),
    "multipleOf": _multiple,
    "minLength": _size(str, lambda size, bound: size >= bound, "at least"),
    "maxLength": _size(str, lambda size, bound: size <= bound, "at most"),
    "pattern": _pattern,
    "minItems": _size(list, lambda size, bound: size >= bound, "at least"),
    "maxItems": _size(list, lambda size, bound: size <= bound, "at most"),
    "minProperties": _size(dict, lambda size, bound: size >= bound, "at least"),
    "maxProperties": _size(dict, lambda size, bound: size <= bound, "at most"),
}
CHECKED = frozenset(VALUE_RULES) | {
    *("$ref", "allOf", "anyOf", "oneOf", "properties", "required"),
    *("additionalProperties", "items", "prefixItems"),
}


def _collect(schema: object, root: object, found: set[str]) -> None:
    if not isinstance(schema, Mapping):
        return
    found.update(set(schema) - CHECKED - ANNOTATIONS)
    if "$ref" in schema and resolve_pointer(str(schema["$ref"]), root) is None:
        found.add("$ref")
    for keyword in ("properties", "$defs", "definitions"):
        for member in schema.get(keyword, {}).values():
            _collect(member, root, found)
    for keyword in ("allOf", "anyOf", "oneOf", "prefixItems"):
        for member in schema.get(keyword, ()):
            _collect(member, root, found)
    for keyword in ("items", "additionalProperties"):
        _collect(schema.get(keyword), root, found)


def resolve_pointer(pointer: str, root: object) -> object | None:
    """The part of the same document that a `$ref` names; None where there is none."""
    if not pointer.startswith("#"):
        return None
    place: object = root
    for part in pointer[1:].split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(place, Mapping) and key in place:
            place = place[key]
        else:
            return None
    return place
