"""What each failure is to HTTP: codes, statuses, and the words of OpenAI's own service (pure)."""

from __future__ import annotations

from typing import Literal, NamedTuple

from .._wire import ErrorCode

ApiCode = Literal[
    "VALIDATION_ERROR",
    "CONTEXT_LENGTH_EXCEEDED",
    "UNAUTHORIZED",
    "FORBIDDEN",
    "NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "CONFLICT",
    "TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "TOO_MANY_REQUESTS",
    "CLIENT_GONE",
    "SERVER_ERROR",
    "ENGINE_FAILED",
    "UPSTREAM_ERROR",
    "NO_ENGINE",
    "TIMEOUT",
]

TITLES: dict[int, str] = {
    400: "The request is not valid",
    401: "Authentication is needed",
    403: "That is not allowed",
    404: "Not found",
    405: "The method is not allowed",
    409: "The engine is busy",
    413: "The request is too large",
    415: "The body has the wrong type",
    429: "Too many requests",
    499: "The client has gone",
    500: "The server has failed",
    502: "The answer cannot be used",
    503: "No engine can answer",
    504: "It took too long",
}

# How OpenAI's own service names the kind of an error.
KINDS: dict[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}


class Meaning(NamedTuple):
    """What an error of the engine is to HTTP."""

    status: int
    code: ApiCode


MEANINGS: dict[ErrorCode, Meaning] = {
    "webgpu_unavailable": Meaning(503, "NO_ENGINE"),
    "adapter_unavailable": Meaning(503, "NO_ENGINE"),
    "feature_missing": Meaning(503, "NO_ENGINE"),
    "model_not_found": Meaning(404, "NOT_FOUND"),
    "model_not_loaded": Meaning(503, "NO_ENGINE"),
    "download_failed": Meaning(503, "NO_ENGINE"),
    "integrity_failed": Meaning(503, "ENGINE_FAILED"),
    "quota_exceeded": Meaning(503, "NO_ENGINE"),
    "out_of_memory": Meaning(503, "ENGINE_FAILED"),
    "device_lost": Meaning(503, "ENGINE_FAILED"),
    "shader_failed": Meaning(503, "ENGINE_FAILED"),
    "context_exceeded": Meaning(400, "CONTEXT_LENGTH_EXCEEDED"),
    "invalid_request": Meaning(400, "VALIDATION_ERROR"),
    "unsupported": Meaning(400, "VALIDATION_ERROR"),
    "grammar_failed": Meaning(400, "VALIDATION_ERROR"),
    "engine_failed": Meaning(503, "ENGINE_FAILED"),
    "worker_died": Meaning(503, "ENGINE_FAILED"),
    "engine_hung": Meaning(503, "ENGINE_FAILED"),
    "busy": Meaning(409, "CONFLICT"),
    "consent_required": Meaning(503, "NO_ENGINE"),
    # These come from the server behind this one: its caller has done nothing wrong.
    "authentication_failed": Meaning(502, "UPSTREAM_ERROR"),
    "access_denied": Meaning(502, "UPSTREAM_ERROR"),
    "rate_limited": Meaning(429, "TOO_MANY_REQUESTS"),
    "server_unavailable": Meaning(502, "UPSTREAM_ERROR"),
    "server_unreachable": Meaning(502, "UPSTREAM_ERROR"),
    "stream_broken": Meaning(502, "UPSTREAM_ERROR"),
    "content_filtered": Meaning(502, "UPSTREAM_ERROR"),
    "python_failed": Meaning(503, "ENGINE_FAILED"),
    "timeout": Meaning(504, "TIMEOUT"),
    # The tab's own user stopped it, or the engine was closed: the client is still there.
    "aborted": Meaning(503, "ENGINE_FAILED"),
    "protocol_mismatch": Meaning(503, "NO_ENGINE"),
    "internal": Meaning(500, "SERVER_ERROR"),
}
