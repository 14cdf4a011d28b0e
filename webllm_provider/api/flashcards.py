"""Flashcards: a prompt, a schema, and the key under which they are kept (pure)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from amplifier_core.message_models import ChatRequest, Message, ResponseFormatJsonSchema
from pydantic import BaseModel, ConfigDict, Field


class Flashcards(BaseModel):
    """What to make cards of."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    topic: str = Field(min_length=1, max_length=200)
    count: int = Field(ge=1, le=20)


def cards_schema(count: int) -> dict[str, Any]:
    """JSON Schema of so many cards."""
    text = {"type": "string", "minLength": 1, "maxLength": 300}
    card = {
        "type": "object",
        "properties": {"question": text, "answer": text},
        "required": ["question", "answer"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"cards": {"type": "array", "items": card, "minItems": count, "maxItems": count}},
        "required": ["cards"],
        "additionalProperties": False,
    }


def cards_request(wanted: Flashcards) -> ChatRequest:
    """The request for them."""
    prompt = (
        f"Write {wanted.count} flashcards, each a question and a short answer, about this: {wanted.topic}"
    )
    return ChatRequest(
        messages=[Message(role="user", content=prompt)],
        response_format=ResponseFormatJsonSchema(json_schema=cards_schema(wanted.count)),
        metadata={"stream": False},
    )


def cards_key(wanted: Flashcards, model: str | None, settings: Mapping[str, Any]) -> str:
    """Other models and other settings make other cards."""
    rest = json.dumps([model, settings], sort_keys=True)
    digest = hashlib.sha256(rest.encode()).hexdigest()[:16]
    return f"webllm:flashcards:{wanted.topic}:{wanted.count}:{digest}"
