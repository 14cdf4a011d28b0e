"""From the body of a completion to what a server reads (pure)."""

from __future__ import annotations

from typing import Any

from .._wire import CompletionBody
from ..errors import engine_error

FIELDS = (
    "messages",
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
    "stop",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "logprobs",
    "top_logprobs",
    "response_format",
    "tools",
    "tool_choice",
)
"""What OpenAI's chat completions have under the same name; `top_k` is common among their relatives."""


def server_body(body: CompletionBody, model: str | None) -> dict[str, Any]:
    """The JSON of the request, streamed and with the counts of tokens.

    Raises:
        EngineError: the body holds a constraint, which no two servers take in the same way.
    """
    if "constraint" in body:
        raise engine_error(
            "unsupported",
            "A server takes no constraint.",
            hint="Leave it out: its calls are read from the text.",
        )
    made: dict[str, Any] = {name: body[name] for name in FIELDS if name in body}  # type: ignore[literal-required]
    if model is not None:
        made["model"] = model
    if (thinking := body.get("enable_thinking")) is not None:
        # vLLM, SGLang and llama.cpp hand this to the model's chat template.
        made["chat_template_kwargs"] = {"enable_thinking": thinking}
    return {**made, "stream": True, "stream_options": {"include_usage": True}}
