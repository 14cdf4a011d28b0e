"""A Pydantic model in, a validated object out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from amplifier_core.message_models import ChatRequest, ChatResponse, ResponseFormatJsonSchema
from pydantic import BaseModel, ValidationError

from ._format import OTHERWISE, JsonAnswer
from ._reading import read_request
from .errors import AnswerInvalid, engine_error

T = TypeVar("T", bound=BaseModel)


class Completes(Protocol):
    """What is needed of a provider; others than ours that hold a `response_format` have it too."""

    async def complete(self, request: ChatRequest, **kwargs: Any) -> ChatResponse:
        """Answer a request."""


async def structured(
    provider: Completes, request: ChatRequest | Mapping[str, Any], model: type[T], **kwargs: Any
) -> T:
    """Ask for an object of a Pydantic model.

    The model's JSON Schema holds the answer while it is written, on every engine with a grammar; what it
    says beyond that (validators, formats) is checked afterwards.

    Args:
        provider: who answers.
        request: as for `complete()`; its own response_format is replaced.
        **kwargs: as for `complete()`.

    Raises:
        AnswerInvalid: the answer is no such object, or ended before it was complete; the text is in
            `partial`.
        LLMError: as `complete()` does.
    """
    schema = model.model_json_schema()
    wanted = ResponseFormatJsonSchema(json_schema=schema)
    asked = read_request(request).model_copy(update={"response_format": wanted})
    response = await provider.complete(asked, **kwargs)
    text = "".join(block.text for block in response.content if block.type == "text")
    value = JsonAnswer(schema).read(text, cut=response.finish_reason == "length")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise engine_error(
            "engine_failed",
            f"The answer is no {model.__name__}: {first['msg']} (at {place}).",
            hint=OTHERWISE,
            partial=text,
            kind=AnswerInvalid,
        ) from error
