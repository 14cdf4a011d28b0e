"""What happens to event data on its way to handlers and back."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import math
import pathlib
from typing import Any

from amplifier_core import HookRegistry, HookResult, TextBlock, ToolResult, Usage
from pydantic import BaseModel
from recording import Recorder, scenario


class Colour(enum.Enum):
    RED = "red"


class Word(enum.StrEnum):
    ONE = "one"


class Number(enum.IntEnum):
    TWO = 2


class Inner(BaseModel):
    b: int = 1
    a: int = 2


@dataclasses.dataclass
class Record:
    x: int = 1


async def through(data: Any) -> Any:
    """The payload as a handler receives it, without the timestamp."""
    hooks = HookRegistry()
    received: list[Any] = []
    hooks.register("e", lambda e, d: received.append(d))  # type: ignore[func-returns-value]
    await hooks.emit("e", data)
    if isinstance(received[0], dict):
        received[0].pop("timestamp", None)
    return received[0]


@scenario
async def values(see: Recorder) -> None:
    cases: dict[str, Any] = {
        "nested order": {"b": {"z": 1, "y": [{"k": 1, "j": 2}]}, "a": 1},
        "unicode order": {"é": 1, "z": 2, "Z": 3, "10": 4, "9": 5, "😀": 6, "￿": 7},
        "nan": {"x": math.nan},
        "infinity": {"x": math.inf},
        "minus infinity": {"x": -math.inf},
        "minus zero": {"x": -0.0},
        "nan deep": {"x": [{"y": math.nan}]},
        "surrogate": {"x": "\ud800"},
        "surrogate pair": {"x": "\ud83d\ude00"},
        "surrogate key": {"\ud800": 1},
        "low surrogate": {"x": "a\udc00b"},
        "nul": {"x": "\x00"},
        "big int": {"x": 2**64},
        "huge int": {"x": 10**30},
        "max u64": {"x": 2**64 - 1},
        "min i64": {"x": -(2**63)},
        "below i64": {"x": -(2**63) - 1},
        "large float": {"x": 1e308},
        "tiny float": {"x": 5e-324},
        "float integral": {"x": 3.0},
        "float": {"x": 0.1},
        "1e16": {"x": 1e16},
        "1e22": {"x": 1e22},
        "huge digits": {"x": 10**400},
        "int keys": {1: "a", 2: "b"},
        "bool keys": {True: 1, False: 0},
        "none key": {None: 1},
        "float key": {1.5: 1},
        "tuple key": {(1, 2): 1},
        "int and text keys collide": {1: "int", "1": "text"},
        "tuple": {"x": (1, 2)},
        "set": {"x": {1}},
        "bytes": {"x": b"abc"},
        "decimal": {"x": decimal.Decimal("1.10")},
        "datetime": {"x": datetime.datetime(2024, 1, 2, 3, 4, 5)},
        "path": {"x": pathlib.PurePosixPath("/a/b")},
        "enum": {"x": Colour.RED},
        "str enum": {"x": Word.ONE},
        "int enum": {"x": Number.TWO},
        "dataclass": {"x": Record()},
        "exception": {"x": ValueError("text")},
        "type": {"x": int},
        "generator": {"x": [*range(3)]},
        "model inside": {"x": Inner()},
        "model list": {"x": [Inner()]},
        "text block": {"x": TextBlock(text="t")},
        "usage": {"x": Usage(input_tokens=1, output_tokens=2, total_tokens=3)},
        "tool result": {"x": ToolResult(success=True, output={"b": 1, "a": 2})},
        "empty": {},
        "empty key": {"": 1},
        "none": {"x": None},
        "deep": {"x": eval("[" * 50 + "1" + "]" * 50)},
        "too deep": {"x": eval("[" * 85 + "]" * 85)},
        "bool": {"x": True},
        "control characters": {"x": "\x01\x1f\x7f\u2028"},
        "text subclass": {"x": Word.ONE, "y": type("T", (str,), {})("sub")},
        "dict subclass": {"x": __import__("collections").OrderedDict([("b", 1), ("a", 2)])},
        "counter": {"x": __import__("collections").Counter("aab")},
    }
    for label, value in cases.items():
        await see.outcome(label, through(value))


@scenario
async def depth_limit(see: Recorder) -> None:
    for depth in (120, 124, 125, 126, 127, 128, 130, 900):
        value: Any = 1
        for _ in range(depth):
            value = [value]
        received = await see.outcome(f"{depth} lists", through_depth(value))
        del received


async def through_depth(value: Any) -> str:
    await through({"x": value})
    return "accepted"


def nested(depth: int) -> Any:
    """Lists inside lists."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@scenario
async def brackets_in_texts(see: Recorder) -> None:
    for label, value in {
        "many": "[{" * 200,
        "after an escaped quote": '"[' * 200,
        "after a backslash": "\\[" * 200,
        "key": {"[" * 200: 1},
        "side by side": [[]] * 200,
        "side by side, then deep": [[[]]] * 9 + [nested(126)],
        "texts, then deep": ['"[', "]"] * 70 + [nested(120)],
    }.items():
        await see.outcome(label, through_depth(value))


@scenario
async def other_payload_types(see: Recorder) -> None:
    class Dumps:
        def model_dump(self, **keywords: Any) -> dict[str, Any]:
            return {"mode": keywords.get("mode", "none")}

    class Broken:
        def model_dump(self, **_: Any) -> dict[str, Any]:
            raise RuntimeError("no")

        def __str__(self) -> str:
            return "as text"

    class Bare:
        def model_dump(self) -> dict[str, Any]:
            return {"bare": 1}

    for label, value in {
        "model": Inner(),
        "dumps": Dumps(),
        "bare": Bare(),
        "broken": Broken(),
        "object": object(),
        "number": 3,
        "text": "x",
        "tuple": (1,),
        "none": None,
    }.items():
        await see.outcome(label, through(value))
    recursive: dict[str, Any] = {}
    recursive["self"] = recursive
    await see.outcome("recursive", through(recursive))


@scenario
async def detachment(see: Recorder) -> None:
    hooks = HookRegistry()

    def mutates(event: str, data: dict[str, Any]) -> None:
        data["list"].append("from handler")
        data["added"] = True

    seen: list[Any] = []
    hooks.register("e", mutates, priority=0)
    hooks.register("e", lambda e, d: seen.append(d), priority=1)  # type: ignore[func-returns-value]
    data = {"list": [1], "timestamp": "t"}
    result = await hooks.emit("e", data)
    see("caller's object", data)
    see("next handler", seen)
    see("result", result)
    see("same object", result.data is seen[0])
    shared = [1]
    modified = {"list": shared}
    hooks.register("f", lambda e, d: HookResult(action="modify", data=modified))
    result = await hooks.emit("f", {})
    shared.append(2)
    see("result of modify", result)
    hooks.set_default_fields(values=shared)
    shared.append(3)
    hooks.register("g", lambda e, d: seen.append(d))  # type: ignore[func-returns-value]
    await hooks.emit("g", {})
    see("defaults", seen[-1])
    empty = HookRegistry()
    result = await empty.emit("e", data)
    assert result.data is not None
    result.data["list"].append("to the result")
    see("without handlers", data)


@scenario
async def default_fields(see: Recorder) -> None:
    for label, value in {
        "nan": math.nan,
        "surrogate": "\ud800",
        "decimal": decimal.Decimal("1.5"),
        "object": Inner(),
        "int": 10**30,
    }.items():
        hooks = HookRegistry()
        seen: list[Any] = []
        hooks.register("e", lambda e, d, seen=seen: seen.append(d))
        await see.outcome(f"set {label}", lambda hooks=hooks, value=value: hooks.set_default_fields(x=value))
        await hooks.emit("e", {})
        see(f"received {label}", seen)


@scenario
async def shape_of_the_timestamp(see: Recorder) -> None:
    received = {}
    hooks = HookRegistry()
    hooks.register("e", lambda e, d: received.update(d))
    await hooks.emit("e", {})
    stamp = datetime.datetime.fromisoformat(received["timestamp"])
    see("offset", str(stamp.utcoffset()))
    see("suffix", received["timestamp"][-6:])
    see("recent", abs((datetime.datetime.now(datetime.UTC) - stamp).total_seconds()) < 60)
