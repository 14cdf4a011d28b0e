"""The answers of /v1, in OpenAI's shapes (pure)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from .openai_models import ToolCallPart


class TokenCounts(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Notes(BaseModel):
    """What OpenAI's shape has no place for."""

    mode: str
    engine: dict[str, Any] | None = None
    figures: dict[str, Any] | None = None
    degradation: dict[str, Any] | None = Field(
        default=None, description="What could not be honoured, and why."
    )
    ignored: list[str] = Field(default=[], description="Fields of the request that mean nothing here.")


class AnswerMessage(BaseModel):
    role: Literal["assistant"]
    content: str | None
    reasoning_content: str | None = None
    tool_calls: list[ToolCallPart] | None = None


class ChatChoice(BaseModel):
    index: int
    message: AnswerMessage
    finish_reason: str
    logprobs: None = None


class ChatCompletion(BaseModel):
    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChatChoice]
    usage: TokenCounts
    webllm: Notes


class TextChoice(BaseModel):
    index: int
    text: str
    finish_reason: str
    logprobs: None = None


class TextCompletion(BaseModel):
    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    choices: list[TextChoice]
    usage: TokenCounts


class Embedding(BaseModel):
    index: int
    object: Literal["embedding"]
    embedding: list[float] | str


class EmbeddingUsage(BaseModel):
    prompt_tokens: int
    total_tokens: int


class EmbeddingList(BaseModel):
    object: Literal["list"]
    model: str
    data: list[Embedding]
    usage: EmbeddingUsage


class ModelCard(BaseModel):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelList(BaseModel):
    object: Literal["list"]
    data: list[ModelCard]
