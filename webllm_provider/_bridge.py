"""The browser: the transport over the page's bridge functions, and the page's storage.

The only file that imports `js` or `pyodide.ffi`, and only when it runs in a browser. What it needs of
the page is a scope with the bridge functions: `globalThis` there, anything with those attributes in a
test. Two rules keep Pyodide's event loop alive: no JavaScript async generator is ever iterated, and a
cancelled wait tells JavaScript first and then lets the cancellation go on. A promise that is left
alone this way resolves into nothing; `next()` never rejects.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Any, cast

from ._transport import DeviceChoice
from ._wire import CompletionBody, EngineIdentity, EngineState, Figures, ModelRecord, StreamEvent, WireError
from .errors import BridgeMissing, EngineError, engine_error, to_llm_error

NAMES = {
    "complete": "js_llm_complete",
    "stream": "js_llm_stream",
    "load": "js_llm_load",
    "models": "js_llm_models",
    "status": "js_llm_status",
}

UNNAMED: EngineIdentity = {"kind": "webllm", "version": "unknown", "device": "none", "adapter": None}
"""Said of an engine that does not say it, behind a page of an older recipe."""
UNMEASURED: Figures = {
    "time_to_first_token_ms": None,
    "duration_ms": 0,
    "prefill_tokens_per_s": None,
    "decode_tokens_per_s": None,
    "prefilled_tokens": None,
}


def in_browser() -> bool:
    """Whether this Python runs in Pyodide."""
    return sys.platform == "emscripten"


def browser_scope() -> Any:
    """`globalThis` of the page or worker that hosts Python.

    Raises:
        BridgeMissing: this Python does not run in a browser.
    """
    if not in_browser():
        raise _missing(
            "This Python does not run in a browser, so there is no page with an engine.",
            "On CPython pass a transport: create_session(transport=...), "
            "or ScriptedTransport of webllm_provider.testing.",
        )
    return importlib.import_module("js").globalThis


def set_llm_bridge(
    complete: Callable[..., Any] | None = None,
    *,
    stream: Callable[..., Any] | None = None,
    load: Callable[..., Any] | None = None,
    models: Callable[..., Any] | None = None,
    status: Callable[..., Any] | None = None,
) -> None:
    """Register the functions that reach the engine, on `globalThis`, under the names of the bridge.

    Not needed where the page's own script has done so. Each may be a JavaScript or a Python function;
    `complete` alone is enough for answers that come in one piece.

    Args:
        complete: `(request_json) -> response_json`, awaitable.
        stream: `(request_json) -> {next(), cancel()}`; `next()` gives a JSON array of events, then null.
        load: the same for `{"model": ..., "device": ...}`.
        models: `() -> json`, awaitable: an array of model records.
        status: `() -> json`, awaitable: the engine's state.

    Raises:
        BridgeMissing: on CPython.
    """
    scope = browser_scope()
    ffi = importlib.import_module("pyodide.ffi")
    given = {"complete": complete, "stream": stream, "load": load, "models": models, "status": status}
    for key, function in given.items():
        if function is None:
            continue
        # A Python function that JavaScript keeps needs a proxy of its own, alive as long as the page.
        kept = function if isinstance(function, ffi.JsProxy) else ffi.create_proxy(function)
        setattr(scope, NAMES[key], kept)


class BridgeTransport:
    """`Transport` over the bridge functions of a page.

    Args:
        scope: where the functions are; `globalThis` unless a test brings its own. It is looked up at
            each call, so the page may register its functions later than Python starts.
    """

    def __init__(self, scope: Any = None) -> None:
        self._given = scope

    def stream(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        open_stream = self._function("stream", required=False)
        if open_stream is None:
            return self._in_one_piece(body)
        return _pull(lambda: open_stream(json.dumps(body)))

    def load(self, model: str, device: DeviceChoice = "auto") -> AsyncGenerator[StreamEvent, None]:
        open_stream = self._function("load")
        return _pull(lambda: open_stream(json.dumps({"model": model, "device": device})))

    async def models(self) -> list[ModelRecord]:
        return cast(list[ModelRecord], _read(await self._function("models")()))

    async def status(self) -> EngineState:
        function = self._function("status", required=False)
        if function is None:
            # An older page registers only `complete`: it says nothing of what it has loaded.
            return {"type": "empty"}
        return cast(EngineState, _read(await function()))

    async def close(self) -> None:
        """The functions belong to the page: there is nothing to give up."""

    def _function(self, key: str, *, required: bool = True) -> Any:
        scope = browser_scope() if self._given is None else self._given
        function = getattr(scope, NAMES[key], None)
        if _absent(function):
            if required:
                raise _missing(
                    f"The page has not registered {NAMES[key]} on globalThis.",
                    "Load the page's bridge script first, or call set_llm_bridge().",
                )
            return None
        return function

    async def _in_one_piece(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        """The events of a page that only has `js_llm_complete`: it cannot be stopped in the middle."""
        answer = json.loads(await self._function("complete")(json.dumps(body)))
        if "error" in answer:
            yield {"type": "failure", "error": _read_error(answer["error"])}
            return
        choice, usage = answer["choices"][0], answer.get("usage") or {}
        engine: EngineIdentity = answer.get("engine") or UNNAMED
        figures: Figures = answer.get("figures") or UNMEASURED
        yield {
            "type": "started",
            "model": answer.get("model") or body.get("model") or "unknown",
            "engine": engine,
        }
        yield {"type": "delta", "text": choice["message"].get("content") or ""}
        yield {
            "type": "finished",
            "reason": "length" if choice.get("finish_reason") == "length" else "stop",
            "usage": {
                "prompt_tokens": usage.get("prompt_tokens", 0),
                "completion_tokens": usage.get("completion_tokens", 0),
                "total_tokens": usage.get("total_tokens", 0),
            },
            "figures": figures,
        }


class BrowserStorage:
    """Documents in the page's IndexedDB, through its `js_store_*` functions."""

    def __init__(self, scope: Any = None) -> None:
        self._given = scope

    async def get(self, key: str) -> str | None:
        """The JSON text stored under `key`, or None."""
        found = await self._scope().js_store_get(key)
        return None if _absent(found) else str(found)

    async def set(self, key: str, text: str) -> None:
        """Store JSON text; it is kept when this returns."""
        await self._scope().js_store_set(key, text)

    async def replace(self, key: str, expected: str | None, text: str) -> bool:
        """Store JSON text only where `expected` still stands; False when another tab was faster."""
        return bool(await self._scope().js_store_replace(key, expected, text))

    async def delete(self, key: str) -> None:
        """Remove a document; nothing happens if there is none."""
        await self._scope().js_store_delete(key)

    async def keys(self, prefix: str) -> list[str]:
        """The keys that begin with `prefix`."""
        return [str(key) for key in json.loads(await self._scope().js_store_keys(prefix))]

    def _scope(self) -> Any:
        return browser_scope() if self._given is None else self._given


def has_storage() -> bool:
    """Whether this Python runs in a page that offers its storage."""
    return in_browser() and not _absent(getattr(browser_scope(), "js_store_get", None))


async def _pull(open_source: Callable[[], Any]) -> AsyncGenerator[StreamEvent, None]:
    """The events of a `{next, cancel}` source, one by one; deltas of one batch come as one."""
    source = open_source()
    ended = False
    try:
        while True:
            batch = await source.next()
            if _absent(batch):
                ended = True
                return
            for event in _joined(json.loads(batch)):
                yield event
    finally:
        # Also when the consumer was cancelled: JavaScript hears of it before Python goes on.
        if not ended:
            source.cancel()
        with suppress(AttributeError):
            source.destroy()


def _joined(events: list[StreamEvent]) -> list[StreamEvent]:
    made: list[StreamEvent] = []
    for event in events:
        last = made[-1] if made else None
        if event["type"] == "delta" and last is not None and last["type"] == "delta":
            made[-1] = {"type": "delta", "text": last["text"] + event["text"]}
        else:
            made.append(event)
    return made


def _absent(value: object) -> bool:
    """JavaScript's undefined arrives as None, its null as a value of its own."""
    return value is None or type(value).__name__ == "JsNull"


def _read(text: Any) -> Any:
    """What a page's function resolved with; a failure is data there and an exception here."""
    value = json.loads(text)
    if isinstance(value, dict) and "error" in value and "type" not in value:
        raise to_llm_error(_read_error(value["error"]))
    return value


def _read_error(error: Any) -> WireError:
    """An error of the bridge as it is; one of an older page, which is only a sentence, with a code."""
    if isinstance(error, dict) and "code" in error and "message" in error:
        return cast(WireError, error)
    sentence = error.get("message") if isinstance(error, dict) else error
    return {"code": "engine_failed", "message": str(sentence or "The engine failed without a word.")}


def _missing(sentence: str, hint: str) -> EngineError:
    return engine_error("unsupported", sentence, hint=hint, kind=BridgeMissing)
