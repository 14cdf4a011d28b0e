"""What can go wrong, as Amplifier knows it.

    LLMError
    ├── ConfigurationError
    │   ├── DeviceUnsupported      no WebGPU, no adapter, or a feature is missing
    │   ├── ProtocolMismatch       the two halves are of different versions
    │   ├── BridgeMissing          no page has registered the bridge
    │   └── EngineUnavailable      no engine can be started: the page's policy, or a package that is not built
    ├── NotFoundError
    │   └── ModelNotFound          the catalogue has no such model
    ├── InvalidRequestError
    │   ├── ModelNotLoaded         no model, or another model, is loaded
    │   └── RequestRefused         wrong shape, or more than the engine can do
    ├── ContextLengthError
    │   └── ContextExceeded        prompt and answer do not fit into the context window
    ├── QuotaExceededError
    │   └── StorageFull            the browser gives this site no more room
    ├── NetworkError
    │   ├── DownloadFailed         a file of the model could not be fetched
    │   └── ServerUnreachable      no answer at all from the server
    ├── AuthenticationError
    │   └── KeyRefused             the server does not know the API key
    ├── AccessDeniedError
    │   ├── AccessRefused          the server knows it, but does not allow this
    │   └── ConsentRequired        a download over a connection that costs, which nobody has agreed to
    ├── RateLimitError
    │   └── TooManyRequests        the server asks for a pause
    ├── ContentFilterError
    │   └── AnswerWithheld         the server's filter stopped the answer
    ├── ProviderUnavailableError
    │   ├── ServerUnavailable      the server is there, but cannot answer now
    │   ├── EngineBusy             too many requests wait for the engine already
    │   ├── EngineFailed           it computed wrongly, ran out of memory, or a file was damaged
    │   └── EngineLost             the device or the worker is gone
    ├── StreamError
    │   ├── StreamBroken           the stream broke off, or its events have no meaning
    │   └── AnswerInvalid          the answer should be JSON and is not, or not all of it
    ├── LLMTimeoutError
    │   └── EngineTimeout          nothing came for longer than the request allows
    └── AbortError
        └── Aborted                somebody stopped it

Malformed tool calls are `amplifier_core.llm_errors.InvalidToolCallError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from amplifier_core.llm_errors import (
    AbortError,
    AccessDeniedError,
    AuthenticationError,
    ConfigurationError,
    ContentFilterError,
    ContextLengthError,
    InvalidRequestError,
    InvalidToolCallError,
    LLMError,
    LLMTimeoutError,
    NetworkError,
    NotFoundError,
    ProviderUnavailableError,
    QuotaExceededError,
    RateLimitError,
    StreamError,
)

from ._wire import ErrorCode, WireError

PROVIDER = "webllm"
CALL_HINT = "Ask in other words, or choose a larger model."


class EngineError(LLMError):
    """An error of the engine or of the way to it.

    Attributes:
        code: what went wrong, one of the wire's error codes.
        sentence: what happened, without the hint.
        hint: what to do about it, or None where that is not known.
        details: the facts behind the sentence (numbers, ids).
        partial: the text that had been written before it happened.
        shown: whether a listener had been told of any part of the answer.
    """

    code: ErrorCode = "internal"
    sentence: str = ""
    hint: str | None = None
    details: Mapping[str, Any] = {}
    partial: str = ""
    shown: bool = False


class DeviceUnsupported(EngineError, ConfigurationError):
    """This browser or this device cannot run the model on the GPU."""


class ProtocolMismatch(EngineError, ConfigurationError):
    """The page and the wheel speak different versions of the protocol."""


class BridgeMissing(EngineError, ConfigurationError):
    """No page has registered the bridge, or this Python does not run in a browser."""


class EngineUnavailable(EngineError, ConfigurationError):
    """No engine can be started here: no workers, the page's policy, or a package that was not built."""


class ModelNotFound(EngineError, NotFoundError):
    """The catalogue has no model of that name."""


class ModelNotLoaded(EngineError, InvalidRequestError):
    """The request needs a model that is not the loaded one."""


class RequestRefused(EngineError, InvalidRequestError):
    """The request has a wrong shape, or asks for more than this engine and model can do."""


class ContextExceeded(EngineError, ContextLengthError):
    """The prompt and the answer do not fit into the model's context window."""


class StorageFull(EngineError, QuotaExceededError):
    """The browser gives this site no more room for model files."""


class DownloadFailed(EngineError, NetworkError):
    """A file of the model could not be fetched."""


class ServerUnreachable(EngineError, NetworkError):
    """No answer at all: the network, the address, or the browser's rules for other origins."""


class KeyRefused(EngineError, AuthenticationError):
    """The server does not know the API key."""


class AccessRefused(EngineError, AccessDeniedError):
    """The server knows the key, but does not allow what was asked."""


class TooManyRequests(EngineError, RateLimitError):
    """The server asks for a pause; `retry_after` says how long, where it told."""


class AnswerWithheld(EngineError, ContentFilterError):
    """The server's filter stopped the answer."""


class ServerUnavailable(EngineError, ProviderUnavailableError):
    """The server is there, but cannot answer now."""


class ConsentRequired(EngineError, AccessDeniedError):
    """The download would run over a connection that costs, and nobody has agreed to that."""


class EngineBusy(EngineError, ProviderUnavailableError):
    """Too many requests wait for the engine already."""


class EngineFailed(EngineError, ProviderUnavailableError):
    """The engine could not compute the answer."""


class EngineLost(EngineError, ProviderUnavailableError):
    """The device or the worker that computed is gone; it has to be started again."""


class StreamBroken(EngineError, StreamError):
    """The stream broke off before its end, or its events came in an order that has no meaning."""


class AnswerInvalid(EngineError, StreamError):
    """The answer was to be JSON that fits a schema, or a call, and is not, or not all of it.

    The text is in `partial`.
    """


class EngineTimeout(EngineError, LLMTimeoutError):
    """Nothing came for longer than the request allows."""


class Aborted(EngineError, AbortError):
    """Somebody stopped the completion."""


class Meaning(NamedTuple):
    """What an error code is to Amplifier."""

    error: type[EngineError]
    retryable: bool = False


# Retryable is only what the same request can survive by itself. A lost engine has to be started again
# first, which the page does: the running turn fails at once and the next one works.
MEANINGS: dict[ErrorCode, Meaning] = {
    "webgpu_unavailable": Meaning(DeviceUnsupported),
    "adapter_unavailable": Meaning(DeviceUnsupported),
    "feature_missing": Meaning(DeviceUnsupported),
    "model_not_found": Meaning(ModelNotFound),
    "model_not_loaded": Meaning(ModelNotLoaded),
    "download_failed": Meaning(DownloadFailed, retryable=True),
    "integrity_failed": Meaning(EngineFailed),
    "quota_exceeded": Meaning(StorageFull),
    "out_of_memory": Meaning(EngineFailed),
    "device_lost": Meaning(EngineLost),
    "shader_failed": Meaning(EngineFailed),
    "context_exceeded": Meaning(ContextExceeded),
    "invalid_request": Meaning(RequestRefused),
    "unsupported": Meaning(RequestRefused),
    "grammar_failed": Meaning(RequestRefused),
    "engine_failed": Meaning(EngineFailed),
    "worker_died": Meaning(EngineLost),
    "engine_hung": Meaning(EngineLost),
    "busy": Meaning(EngineBusy, retryable=True),
    "consent_required": Meaning(ConsentRequired),
    "authentication_failed": Meaning(KeyRefused),
    "access_denied": Meaning(AccessRefused),
    "rate_limited": Meaning(TooManyRequests, retryable=True),
    "server_unavailable": Meaning(ServerUnavailable, retryable=True),
    "server_unreachable": Meaning(ServerUnreachable, retryable=True),
    "stream_broken": Meaning(StreamBroken, retryable=True),
    "content_filtered": Meaning(AnswerWithheld),
    "python_failed": Meaning(EngineFailed),
    "timeout": Meaning(EngineTimeout),
    "aborted": Meaning(Aborted),
    "protocol_mismatch": Meaning(ProtocolMismatch),
    "internal": Meaning(EngineFailed),
}


def to_llm_error(error: WireError, *, model: str | None = None, partial: str = "") -> EngineError:
    """The exception for an error that crossed the wire.

    Args:
        error: as the engine sent it. A code that this build does not know becomes `internal`.
        model: the model of the request, where one is known.
        partial: the text that had been written before the error.
    """
    code: ErrorCode = error["code"] if error["code"] in MEANINGS else "internal"
    return engine_error(
        code,
        error["message"],
        hint=error.get("hint"),
        details=error.get("details"),
        model=model,
        partial=partial,
    )


def engine_error(
    code: ErrorCode,
    sentence: str,
    *,
    hint: str | None = None,
    details: Mapping[str, Any] | None = None,
    model: str | None = None,
    partial: str = "",
    kind: type[EngineError] | None = None,
) -> EngineError:
    """The exception for a code, from facts; `kind` narrows the class that the table names."""
    meaning = MEANINGS[code]
    message = sentence if hint is None else f"{sentence} {hint}"
    made = (kind or meaning.error)(message, provider=PROVIDER, model=model, retryable=meaning.retryable)
    made.code = code
    made.sentence = sentence
    made.hint = hint
    made.details = dict(details or {})
    made.partial = partial
    # Facts that Amplifier has its own attributes for; a server tells them.
    made.status_code = made.details.get("status")
    made.retry_after = made.details.get("retry_after")
    return made


def to_wire_error(error: BaseException) -> WireError:
    """An exception as data, for a page: the inverse of `to_llm_error` where there is one."""
    if isinstance(error, EngineError):
        wire: WireError = {"code": error.code, "message": error.sentence or str(error)}
        if error.hint is not None:
            wire["hint"] = error.hint
        if error.details:
            wire["details"] = dict(error.details)
        return wire
    sentence = str(error).strip() or type(error).__name__
    if isinstance(error, InvalidToolCallError):
        return {"code": "engine_failed", "message": sentence, "hint": CALL_HINT}
    return {"code": "internal", "message": sentence, "details": {"type": type(error).__name__}}
