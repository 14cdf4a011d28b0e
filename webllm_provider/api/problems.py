"""What a client is told when a request fails: problem details, and OpenAI's shape beside them (pure).

A body never carries more than a sentence, a code
and the facts that stand in the error itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from amplifier_core.llm_errors import InvalidToolCallError
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import Response

from ..errors import CALL_HINT, AnswerInvalid, EngineError
from .problem_tables import KINDS, MEANINGS, TITLES, ApiCode

MEDIA_TYPE = "application/problem+json"


class OpenAIError(BaseModel):
    """An error as OpenAI's clients read it."""

    message: str
    type: str
    param: str | None
    code: str


class ProblemBody(BaseModel):
    """Problem details (RFC 9457) of a failed request."""

    type: str = Field(description="A URI of the kind of problem; about:blank, as the code says it.")
    title: str
    status: int
    detail: str
    error: str | OpenAIError = Field(
        description="A sentence; under /v1 an object, as OpenAI's clients read it."
    )
    code: ApiCode
    field: str | None = Field(default=None, description="The field of the request that is wrong.")
    hint: str | None = Field(default=None, description="What to do about it.")
    partial: str | None = Field(default=None, description="The text that had been written before.")


class Problem(Exception):
    """A request that fails, with what its client is told.

    Attributes:
        status: the HTTP status.
        code: what went wrong, for programs.
        detail: what went wrong, for people: one sentence.
        field: the field of the request that is wrong, in dots.
        hint: what to do about it.
        partial: the text that had been written before.
        headers: of the response.
    """

    def __init__(
        self,
        status: int,
        code: ApiCode,
        detail: str,
        *,
        field: str | None = None,
        hint: str | None = None,
        partial: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code: ApiCode = code
        self.detail = detail
        self.field = field
        self.hint = hint
        self.partial = partial
        self.headers = dict(headers or {})

    def body(self, *, openai: bool) -> dict[str, Any]:
        """The body of the response; `openai` puts OpenAI's object where the sentence stands elsewhere."""
        sentence = self.detail if self.hint is None else f"{self.detail} {self.hint}"
        made: dict[str, Any] = {
            "type": "about:blank",
            "title": TITLES[self.status],
            "status": self.status,
            "detail": self.detail,
            "error": self._openai(sentence) if openai else sentence,
            "code": self.code,
        }
        for name, value in (("field", self.field), ("hint", self.hint), ("partial", self.partial or None)):
            if value is not None:
                made[name] = value
        return made

    def response(self, *, openai: bool) -> Response:
        """The whole response."""
        content = json.dumps(self.body(openai=openai), ensure_ascii=False).encode()
        return Response(content, self.status, headers=self.headers, media_type=MEDIA_TYPE)

    def _openai(self, sentence: str) -> dict[str, Any]:
        kind = KINDS.get(self.status, "invalid_request_error" if self.status < 500 else "server_error")
        code = "model_not_found" if self.code == "NOT_FOUND" and self.field == "model" else self.code.lower()
        return {"message": sentence, "type": kind, "param": self.field, "code": code}


def no_engine(detail: str = "No browser tab offers its engine now.") -> Problem:
    """There is nobody who could answer."""
    return Problem(503, "NO_ENGINE", detail, hint="Open the page, load a model, and offer it to this server.")


def unknown_model(name: str) -> Problem:
    """No engine has, and no catalogue lists, a model of this name."""
    return Problem(
        404,
        "NOT_FOUND",
        f"There is no model named {name[:200]}.",
        field="model",
        hint="GET /v1/models lists them.",
    )


def problem_of(error: Exception) -> Problem | None:
    """What a client is told of an exception; None for one that nobody expected."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ValidationError):
        return _of_validation(error)
    if isinstance(error, AnswerInvalid):
        return Problem(
            502,
            "ENGINE_FAILED",
            error.sentence or str(error),
            hint=error.hint,
            partial=error.partial,
        )
    if isinstance(error, EngineError):
        return _of_engine(error)
    if isinstance(error, InvalidToolCallError):
        return Problem(502, "ENGINE_FAILED", str(error), hint=CALL_HINT)
    return None


def _of_engine(error: EngineError) -> Problem:
    meaning = MEANINGS[error.code]
    field = error.details.get("field")
    headers = {} if error.retry_after is None else {"Retry-After": str(max(1, round(error.retry_after)))}
    # A sentence of ours is for clients; the text of a stranger's exception is not.
    told = "The server has failed to answer." if error.code == "internal" else error.sentence or str(error)
    return Problem(
        meaning.status,
        meaning.code,
        told,
        field=field if isinstance(field, str) else None,
        hint=error.hint,
        partial=error.partial,
        headers=headers,
    )


def _of_validation(error: ValidationError) -> Problem:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"] if not str(part).startswith("function-"))
    return Problem(400, "VALIDATION_ERROR", f"{field or 'The body'}: {first['msg']}.", field=field or None)
