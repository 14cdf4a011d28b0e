"""From a body of /v1/chat/completions to Amplifier's request, and from its response back (pure)."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Any, assert_never

from amplifier_core.message_models import (
    ChatRequest,
    ChatResponse,
    ContentBlockUnion,
    ImageBlock,
    Message,
    ResponseFormat,
    ResponseFormatJson,
    ResponseFormatJsonSchema,
    TextBlock,
    ThinkingBlock,
    ToolCall,
    ToolCallBlock,
    ToolSpec,
)

from .._answer import ENGINE, FIGURES, MODEL
from .._hooks import FALLBACK
from .._tools import dump_json, load_json
from .openai_models import (
    AssistantMessage,
    ChatCompletionRequest,
    ChatMessage,
    ImageContent,
    JsonFormat,
    NamedTool,
    SchemaFormat,
    SystemMessage,
    TextContent,
    Tool,
    ToolMessage,
    UserMessage,
)
from .problems import Problem

SAMPLING = (
    "temperature",
    "top_p",
    "top_k",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "parallel_tool_calls",
    "reasoning_effort",
)


def read_chat(body: ChatCompletionRequest) -> tuple[ChatRequest, dict[str, Any]]:
    """The request and the options of `WebLLMProvider.complete` for a body.

    Raises:
        Problem: a stored call's arguments are no JSON object.
    """
    request = ChatRequest(
        messages=[_message(message, place) for place, message in enumerate(body.messages)],
        tools=[_tool(tool) for tool in body.tools or ()] or None,
        response_format=_format(body),
        metadata={"stream": bool(body.stream)},
    )
    options = {name: value for name in SAMPLING if (value := getattr(body, name)) is not None}
    if (limit := body.max_completion_tokens or body.max_tokens) is not None:
        options["max_tokens"] = limit
    if body.stop is not None:
        options["stop"] = body.stop
    if isinstance(body.tool_choice, NamedTool):
        options["tool_choice"] = body.tool_choice.model_dump()
    elif body.tool_choice is not None:
        options["tool_choice"] = body.tool_choice
    return request, options


def completion_of(response: ChatResponse, *, mode: str, ignored: Sequence[str]) -> dict[str, Any]:
    """The body of an answer that was not streamed."""
    text, thinking = texts_of(response)
    calls = calls_of(response.tool_calls or ())
    message: dict[str, Any] = {"role": "assistant", "content": text if text or not calls else None}
    if thinking:
        message["reasoning_content"] = thinking
    if calls:
        message["tool_calls"] = calls
    return {
        "id": new_id(),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model_of(response),
        "choices": [
            {"index": 0, "message": message, "finish_reason": response.finish_reason, "logprobs": None}
        ],
        "usage": usage_of(response),
        "webllm": notes_of(response, mode=mode, ignored=ignored),
    }


def new_id() -> str:
    """The id of a new completion."""
    return f"chatcmpl-{uuid.uuid4().hex}"


def texts_of(response: ChatResponse) -> tuple[str, str]:
    """The text and the thinking of an answer."""
    text = "".join(block.text for block in response.content if isinstance(block, TextBlock))
    thinking = "\n".join(block.thinking for block in response.content if isinstance(block, ThinkingBlock))
    return text, thinking


def calls_of(calls: Sequence[ToolCall]) -> list[dict[str, Any]]:
    """Calls in OpenAI's words: their arguments are text."""
    return [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": dump_json(call.arguments)},
        }
        for call in calls
    ]


def usage_of(response: ChatResponse) -> dict[str, int]:
    """The tokens that the engine counted."""
    usage = response.usage
    return {
        "prompt_tokens": usage.input_tokens if usage else 0,
        "completion_tokens": usage.output_tokens if usage else 0,
        "total_tokens": usage.total_tokens if usage else 0,
    }


def model_of(response: ChatResponse) -> str:
    """The model that answered."""
    return str((response.metadata or {}).get(MODEL) or "unknown")


def notes_of(response: ChatResponse, *, mode: str, ignored: Sequence[str]) -> dict[str, Any]:
    """What OpenAI's shape has no place for."""
    metadata = response.metadata or {}
    made: dict[str, Any] = {
        "mode": answered_by(response, mode),
        "engine": metadata.get(ENGINE),
        "figures": metadata.get(FIGURES),
    }
    if response.degradation is not None:
        made["degradation"] = response.degradation.model_dump()
    if ignored:
        made["ignored"] = list(ignored)
    return made


def answered_by(response: ChatResponse, mode: str) -> str:
    """Who answered: hybrid says which of the two."""
    if mode != "hybrid":
        return mode
    return "server_side" if FALLBACK in (response.metadata or {}) else "client_side"


def _message(message: ChatMessage, place: int) -> Message:
    match message:
        case SystemMessage():
            return Message(role="system", content=_text(message.content))
        case UserMessage():
            if isinstance(message.content, str):
                return Message(role="user", content=message.content)
            return Message(role="user", content=[_part(part) for part in message.content])
        case AssistantMessage():
            return Message(role="assistant", content=_spoken(message, place))
        case ToolMessage():
            return Message(role="tool", content=_text(message.content), tool_call_id=message.tool_call_id)
        case other:
            assert_never(other)


def _spoken(message: AssistantMessage, place: int) -> str | list[ContentBlockUnion]:
    text = _text(message.content or "")
    if not message.tool_calls:
        return text
    blocks: list[ContentBlockUnion] = [TextBlock(text=text)] if text else []
    for number, call in enumerate(message.tool_calls):
        try:
            given = load_json(call.function.arguments or "{}")
        except ValueError:
            given = None
        if not isinstance(given, dict):
            field = f"messages.{place}.tool_calls.{number}.function.arguments"
            raise Problem(400, "VALIDATION_ERROR", f"{field} must be a JSON object, as text.", field=field)
        blocks.append(ToolCallBlock(id=call.id, name=call.function.name, input=given))
    return blocks


def _part(part: TextContent | ImageContent) -> ContentBlockUnion:
    if isinstance(part, TextContent):
        return TextBlock(text=part.text)
    return ImageBlock(source={"type": "url", "url": part.image_url.url})


def _text(content: str | list[TextContent]) -> str:
    return content if isinstance(content, str) else "\n".join(part.text for part in content)


def _tool(tool: Tool) -> ToolSpec:
    function = tool.function
    parameters = {"type": "object", "properties": {}} if function.parameters is None else function.parameters
    return ToolSpec(name=function.name, description=function.description, parameters=parameters)


def _format(body: ChatCompletionRequest) -> ResponseFormat | None:
    wanted = body.response_format
    if isinstance(wanted, SchemaFormat):
        return ResponseFormatJsonSchema(json_schema=wanted.json_schema.json_schema or {"type": "object"})
    return ResponseFormatJson() if isinstance(wanted, JsonFormat) else None
