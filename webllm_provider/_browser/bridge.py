"""The transport over the bridge functions of a page.

What it needs of the page is a scope with those functions: `globalThis` there, anything with those
attributes in a test. A promise that a cancelled wait leaves alone resolves into nothing; `next()` never
rejects.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import partial
from typing import Any, Unpack, cast

from .._transport import Command, DeviceChoice, LoadOptions
from .._wire import (
    CompletionBody,
    EngineIdentity,
    EngineState,
    Figures,
    ModelRecord,
    QueryResult,
    StreamEvent,
    WireError,
)
from ..errors import EngineError, StreamBroken, engine_error, to_llm_error
from .promises import Reader, settled
from .scope import absent, browser_scope, missing

NAMES = {
    "complete": "js_llm_complete",
    "stream": "js_llm_stream",
    "complete_streaming": "js_llm_complete_streaming",
    "load": "js_llm_load",
    "open": "js_llm_open",
    "query": "js_llm_query",
    "unload": "js_llm_unload",
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

    def load(
        self, model: str, device: DeviceChoice = "auto", **options: Unpack[LoadOptions]
    ) -> AsyncGenerator[StreamEvent, None]:
        open_stream = self._function("load")
        return _pull(lambda: open_stream(json.dumps({"model": model, "device": device, **options})))

    def open(self, command: Command) -> AsyncGenerator[StreamEvent, None]:
        open_stream = self._function("open")
        return _pull(lambda: open_stream(json.dumps(dict(command))))

    async def query(self, command: Command) -> QueryResult:
        ask = partial(self._function("query"), json.dumps(dict(command)))
        return cast(QueryResult, await _asked(ask))

    async def unload(self) -> EngineState:
        return cast(EngineState, await _asked(self._function("unload")))

    async def models(self) -> list[ModelRecord]:
        return cast(list[ModelRecord], await _asked(self._function("models")))

    async def status(self) -> EngineState:
        function = self._function("status", required=False)
        if function is None:
            # An older page registers only `complete`: it says nothing of what it has loaded.
            return {"type": "empty"}
        return cast(EngineState, await _asked(function))

    async def close(self) -> None:
        """The functions belong to the page: there is nothing to give up."""

    def _function(self, key: str, *, required: bool = True) -> Any:
        scope = browser_scope() if self._given is None else self._given
        function = getattr(scope, NAMES[key], None)
        if absent(function):
            if required:
                raise missing(
                    f"The page has not registered {NAMES[key]} on globalThis.",
                    "Load the page's bridge script first, or call set_llm_bridge().",
                )
            return None
        return function

    async def _in_one_piece(self, body: CompletionBody) -> AsyncGenerator[StreamEvent, None]:
        """The events of a page that only has `js_llm_complete`: it cannot be stopped in the middle."""
        answer = json.loads(await settled(self._function("complete")(json.dumps(body))))
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


async def _asked(function: Callable[[], Any]) -> Any:
    """What a function of the page says; one that fails instead of saying so becomes an error, too."""
    try:
        return _read(await settled(function()))
    except EngineError:
        raise
    except Exception as error:
        raise engine_error(
            "engine_failed",
            f"The page's bridge failed: {str(error).strip() or type(error).__name__}",
            details={"type": type(error).__name__},
        ) from error


async def _pull(open_source: Callable[[], Any]) -> AsyncGenerator[StreamEvent, None]:
    """The events of a `{next, cancel}` source, one by one; deltas of one batch come as one."""
    source = open_source()
    if absent(getattr(source, "cancel", None)):
        # An async generator of JavaScript among them: one that is waited for must never be cancelled.
        raise _no_source(source)
    ended = False
    with Reader(source) as reader:
        try:
            while True:
                batch = await reader.next()
                if absent(batch):
                    ended = True
                    return
                if not isinstance(batch, str):
                    raise _no_source(batch)
                for event in _joined(json.loads(batch)):
                    yield event
        finally:
            # Also when the consumer was cancelled: JavaScript hears of it before Python goes on.
            if not ended:
                source.cancel()
            with suppress(AttributeError):
                source.destroy()


def _no_source(found: object) -> Exception:
    return engine_error(
        "engine_failed",
        f"The page's bridge gave a {type(found).__name__} that is not what js_llm_stream promises.",
        hint="It must return {next(), cancel()}; next() gives the text of a JSON array, at last null.",
        kind=StreamBroken,
    )


def _joined(events: list[StreamEvent]) -> list[StreamEvent]:
    made: list[StreamEvent] = []
    for event in events:
        last = made[-1] if made else None
        if event["type"] == "delta" and last is not None and last["type"] == "delta":
            made[-1] = {"type": "delta", "text": last["text"] + event["text"]}
        else:
            made.append(event)
    return made


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
