"""What a tab says of itself, checked before the pool believes it (pure).

The state and the catalogue of a tab are shown to every client: one tab that speaks nonsense must fail alone.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Union

from .._wire import EngineHello, Models, Status

SHAPES: Mapping[str, type] = {"hello": EngineHello, "status": Status, "models": Models}


def check_message(message: Any) -> None:
    """Refuse a message that has not the shape of its type; what belongs to one request is not looked at.

    Raises:
        ValueError: it is none of a tab's.
    """
    kind = message.get("type") if isinstance(message, Mapping) else None
    if not isinstance(kind, str):
        raise ValueError("a message is an object with a type")
    if kind in SHAPES and not fits(message, SHAPES[kind]):
        raise ValueError(f"a message of the type {kind} does not have its shape")


def fits(value: Any, hint: Any) -> bool:
    """Whether a value of JSON has the shape of a type of the wire; fields that it does not know may stand."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return True
    if typing.is_typeddict(hint):
        return isinstance(value, Mapping) and all(
            fits(value[name], field) if name in value else typing.get_origin(field) is NotRequired
            for name, field in _fields(hint).items()
        )
    if origin in (Union, UnionType):
        return any(fits(value, one) for one in inner)
    if origin is Literal:
        return value in inner
    if origin is NotRequired:
        return fits(value, inner[0])
    if origin is list:
        return isinstance(value, list) and all(fits(one, inner[0]) for one in value)
    if origin is dict:
        return isinstance(value, Mapping) and all(fits(one, inner[1]) for one in value.values())
    if hint in (None, NoneType):
        return value is None
    if hint in (int, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, hint)


@cache
def _fields(shape: type) -> dict[str, Any]:
    # `__required_keys__` knows nothing of NotRequired where annotations are text.
    return typing.get_type_hints(shape, include_extras=True)
