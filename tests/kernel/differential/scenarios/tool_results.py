"""The content of tool results: what is accepted, how it is canonicalised, what hooks see of it."""

from __future__ import annotations

import base64
import json
from typing import Any

from amplifier_core._engine import _normalize_tool_result_content as normalise
from amplifier_core._engine import _tool_result_safe_hook_presentation as present
from recording import Recorder, scenario

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(40))).decode()


def image(
    data: str = PNG, media_type: Any = "image/png", kind: Any = "base64", **more: Any
) -> dict[str, Any]:
    return {"type": "image", "source": {"type": kind, "media_type": media_type, "data": data}, **more}


def read(written: str | None) -> Any:
    """The JSON of a result; the native engine writes the keys of an image's source in random order."""
    return None if written is None else in_order(json.loads(written))


def in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list) else value


CASES: dict[str, Any] = {
    "null": None,
    "empty list": [],
    "object": {},
    "text": "x",
    "number": 3,
    "text block": [{"type": "text", "text": "hello"}],
    "text of another script": [{"type": "text", "text": "h\u00e9 \u4f60 \U0001f600"}],
    "image with bits left over": [image("A0==")],
    "image with fewer bits left over": [image("AAB=")],
    "two blocks": [{"type": "text", "text": "a"}, image()],
    "text key order": [{"text": "b", "type": "text"}],
    "empty text": [{"type": "text", "text": ""}],
    "text missing": [{"type": "text"}],
    "text number": [{"type": "text", "text": 3}],
    "text null": [{"type": "text", "text": None}],
    "text extra": [{"type": "text", "text": "x", "extra": 1}],
    "text visibility": [{"type": "text", "text": "x", "visibility": "internal"}],
    "text visibility null": [{"type": "text", "text": "x", "visibility": None}],
    "text visibility odd": [{"type": "text", "text": "x", "visibility": "odd"}],
    "unknown type": [{"type": "audio", "data": "x"}],
    "no type": [{"text": "x"}],
    "type number": [{"type": 3}],
    "item text": ["x"],
    "item null": [None],
    "thinking": [{"type": "thinking", "thinking": "x"}],
    "image png": [image()],
    "image jpeg": [image(media_type="image/jpeg")],
    "image jpg": [image(media_type="image/jpg")],
    "image gif": [image(media_type="image/gif")],
    "image webp": [image(media_type="image/webp")],
    "image svg": [image(media_type="image/svg+xml")],
    "image bmp": [image(media_type="image/bmp")],
    "image upper": [image(media_type="IMAGE/PNG")],
    "image parameters": [image(media_type="image/png; q=1")],
    "image no media type": [{"type": "image", "source": {"type": "base64", "data": PNG}}],
    "image media type null": [image(media_type=None)],
    "image text/plain": [image(media_type="text/plain")],
    "image url": [{"type": "image", "source": {"type": "url", "url": "https://example.invalid/x.png"}}],
    "image no source": [{"type": "image"}],
    "source text": [{"type": "image", "source": "x"}],
    "source no type": [{"type": "image", "source": {"media_type": "image/png", "data": PNG}}],
    "source extra": [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG, "extra": 1}}
    ],
    "image extra": [image(extra=1)],
    "image visibility": [image(visibility="user")],
    "image visibility odd": [image(visibility="odd")],
    "image visibility null": [image(visibility=None)],
    "base64 no padding": [image("QQ")],
    "base64 padded": [image("QQ==")],
    "base64 wrong bits": [image("QR==")],
    "base64 newline": [image("QUJD\nQUJD")],
    "base64 space": [image("QUJD QUJD")],
    "base64 url": [image("-_-_")],
    "base64 plus": [image("+/+/")],
    "base64 empty": [image("")],
    "base64 garbage": [image("!!!!")],
    "base64 odd": [image("QUJDQ")],
    "base64 extra padding": [image("QUJD====")],
    "base64 null": [image(None)],  # type: ignore[arg-type]
    "base64 data url": [image("data:image/png;base64,QUJD")],
    "base64 wrong bits 2": [image("QUJ=")],
    "many": [{"type": "text", "text": str(n)} for n in range(70)],
    "surrogate escaped": [{"type": "text", "text": "\ud800"}],
    "control": [{"type": "text", "text": "\x00\x1f"}],
}


@scenario
async def normalising(see: Recorder) -> None:
    for label, value in CASES.items():
        await see.outcome(label, lambda value=value: read(normalise(json.dumps(value))))
    await see.outcome("as written", lambda: normalise('[{"text": "h\u00e9\u4f60", "type": "text"}]'))
    await see.outcome("no json", lambda: normalise("{"))
    await see.outcome("nan", lambda: normalise('[{"type": "text", "text": NaN}]'))
    await see.outcome("duplicate keys", lambda: normalise('[{"type": "text", "text": "a", "text": "b"}]'))
    await see.outcome("not text", lambda: normalise(None))  # type: ignore[arg-type]


@scenario
async def sizes(see: Recorder) -> None:
    for label, size in {
        "1 MB": 10**6,
        "4 MB": 4 * 10**6,
        "6 MB": 6 * 10**6,
        "12 MB": 12 * 10**6,
        "30 MB": 30 * 10**6,
    }.items():
        data = base64.b64encode(b"a" * (size // 3 * 3)).decode()
        try:
            see(label, len(normalise(json.dumps([image(data)])) or ""))
        except Exception as error:
            see(label, f"{type(error).__name__}: {str(error)[:200]}")
    try:
        see("long text", len(normalise(json.dumps([{"type": "text", "text": "a" * 10**7}])) or ""))
    except Exception as error:
        see("long text", f"{type(error).__name__}: {str(error)[:200]}")
    for count in (1, 10, 20, 21, 50, 100, 101):
        await see.outcome(
            f"{count} images", lambda count=count: len(normalise(json.dumps([image("QUJD")] * count)) or "")
        )


@scenario
async def presenting(see: Recorder) -> None:
    for label, value in CASES.items():
        await see.outcome(
            label,
            lambda value=value: present(
                json.dumps({"success": True, "output": "o", "error": None, "content": value})
            ),
        )
    whole: dict[str, Any] = {
        "empty": {},
        "list": [],
        "null": None,
        "no content": {"success": False, "output": None, "error": {"message": "m", "a": 1}},
        "extra": {"success": True, "z": 1, "a": 2},
        "only content": {"content": [image()]},
        "output with image": {"success": True, "output": {"b": [image()], "a": PNG}, "error": None},
        "success text": {"success": "yes"},
        "output data url": {"success": True, "output": "data:image/png;base64," + PNG},
        "error with image": {"success": False, "error": image()},
        "error text": {"success": False, "error": "x"},
        "output is image": {"success": True, "output": image()},
        "output nested content": {"success": True, "output": {"content": [image()], "type": "x"}},
        "output order": {"success": True, "output": {"b": 1, "a": {"d": 1, "c": 2}}},
        "output long base64": {"success": True, "output": base64.b64encode(b"a" * 3000).decode()},
    }
    for label, value in whole.items():
        await see.outcome(f"whole: {label}", lambda value=value: present(json.dumps(value)))
    await see.outcome("no json", lambda: present("{"))
