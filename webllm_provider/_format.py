"""Answers that have to be JSON: how a request asks for one, and what comes of the text (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amplifier_core.message_models import (
    ChatRequest,
    Degradation,
    ResponseFormatJson,
    ResponseFormatJsonSchema,
)

from ._schema import violations
from ._screen import expressible
from ._tools import dump_json, load_json
from ._wire import CompletionBody, LoadedModel
from .errors import AnswerInvalid, EngineError, engine_error

ANY_OBJECT: dict[str, Any] = {"type": "object"}
LONGER = "Raise max_tokens, or ask for a shorter answer."
OTHERWISE = "Ask in other words, or choose a larger model."


@dataclass(frozen=True)
class JsonAnswer:
    """What an answer must be.

    Attributes:
        schema: JSON Schema of the whole answer.
        told: a section of the system text for a model that nothing else holds to it; else empty.
    """

    schema: Mapping[str, Any]
    told: str = ""

    def read(self, text: str, *, cut: bool = False, model: str | None = None) -> Any:
        """The value of an answer's text.

        Args:
            cut: the answer ended because it had reached its greatest length.

        Raises:
            AnswerInvalid: it is no JSON, not all of it, or does not fit; the text is in the error.
        """
        try:
            value = load_json(_unfenced(text))
        except ValueError as error:
            if cut:
                sentence = "The answer reached its greatest length before its JSON was complete."
                raise _invalid(sentence, LONGER, text, model) from error
            raise _invalid(f"The answer is not JSON ({error}).", OTHERWISE, text, model) from error
        if wrong := violations(value, self.schema):
            raise _invalid(f"The answer does not fit its schema: {wrong[0]}.", OTHERWISE, text, model)
        return value


def add_format(
    body: CompletionBody,
    request: ChatRequest,
    loaded: LoadedModel | None,
    degradations: list[Degradation],
) -> JsonAnswer | None:
    """Ask the engine for JSON where the request does; what it cannot hold the model to is said in words."""
    wanted = request.response_format
    if isinstance(wanted, ResponseFormatJsonSchema):
        schema: Mapping[str, Any] = wanted.json_schema
        # OpenAI's form wraps the schema and gives it a name.
        if isinstance(schema.get("schema"), Mapping) and "type" not in schema:
            schema = schema["schema"]
    elif isinstance(wanted, ResponseFormatJson):
        schema = ANY_OBJECT
    else:
        return None
    if loaded is not None and loaded["capabilities"]["json_schema"] and expressible(schema):
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
        return JsonAnswer(schema)
    holds = loaded is not None and loaded["capabilities"]["json_schema"]
    who = "the engine's grammar cannot express the schema" if holds else "the engine cannot hold an answer"
    degradations.append(
        Degradation(
            requested=f"response_format {wanted.type}", actual="asked for in words, checked after", reason=who
        )
    )
    told = f"Answer with JSON only, no other text. It must fit this schema:\n{dump_json(schema)}"
    return JsonAnswer(schema, told)


def _unfenced(text: str) -> str:
    """Models that nothing holds like to put JSON into a fence."""
    stripped = text.strip()
    if stripped.startswith("```") and stripped.endswith("```") and "\n" in stripped:
        return stripped.split("\n", 1)[1].removesuffix("```")
    return stripped


def _invalid(sentence: str, hint: str, text: str, model: str | None) -> EngineError:
    return engine_error("engine_failed", sentence, hint=hint, model=model, partial=text, kind=AnswerInvalid)
