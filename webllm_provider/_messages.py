"""From Amplifier's messages to the messages of a body, in the words of a dialect (pure).

Every role and block has its place here. Text that the model wrote itself is resent as it wrote it:
any difference would cost the engine its KV cache. Only the spelling of a control token is never sent, from
nobody: an imported conversation can claim anything as the model's own words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from amplifier_core.message_models import (
    ContentBlockUnion,
    ImageBlock,
    Message,
    ReasoningBlock,
    RedactedThinkingBlock,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
    ToolResultBlock,
)
from pydantic import BaseModel

from ._answer import RAW_TEXT
from ._control import neutralised, neutralised_json, without_calls
from ._dialects import Dialect
from ._native import native_assistant, native_result
from ._repair import RESULT_ROLES, StoredCall, stored_calls
from ._tools import dump_json
from ._wire import BodyMessage, ImagePart, TextPart
from .errors import RequestRefused, engine_error

LONGEST_NAME = 64
"""Characters of a tool's name, as in the APIs of every vendor."""


@dataclass
class Conversation:
    """The messages of a body, and what of the conversation could not be put into them."""

    system: str = ""
    messages: list[BodyMessage] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    opens: tuple[str, ...] = ()
    """What would open a call in the model's own words."""
    broken: bool = False
    """Whether the spelling of a control token had to be broken."""

    def safe(self, text: str) -> str:
        """Text that opens no role and no call, said by anybody."""
        made = without_calls(neutralised(text), self.opens)
        self.broken = self.broken or made != text
        return made

    def own(self, text: str, keep: tuple[str, ...] = ()) -> str:
        """Text that opens no role, said by the application, or by the model with its own marks."""
        made = neutralised(text, keep)
        self.broken = self.broken or made != text
        return made


def convert(messages: Sequence[Message], dialect: Dialect, *, native: bool = False) -> Conversation:
    """The conversation as the model reads it; system texts are joined, whatever their place.

    Args:
        native: calls and their results in OpenAI's own shape, instead of the dialect's words.

    Raises:
        RequestRefused: an image that cannot be sent.
    """
    made = Conversation(opens=dialect.syntax.opens)
    names = {call.id: call.name for message in messages for call in stored_calls(message)}
    system: list[str] = []
    place = 0
    while place < len(messages):
        message = messages[place]
        place += 1
        if message.role == "system":
            system.append(_plain(message, made, made.own))
        elif native and message.role in RESULT_ROLES:
            made.messages.append(native_result(message.tool_call_id or "", made.safe(_outputs(message))))
        elif native and message.role == "assistant":
            made.messages.append(_native_assistant(message, made))
        elif message.role in RESULT_ROLES:
            results = [_result(message, names, dialect, made)]
            while place < len(messages) and messages[place].role in RESULT_ROLES:
                results.append(_result(messages[place], names, dialect, made))
                place += 1
            # One message for all results of a turn: the engine keeps its cache only then.
            _append(made.messages, {"role": "user", "content": "\n".join(results)})
        elif message.role == "assistant":
            _append(made.messages, {"role": "assistant", "content": _assistant(message, dialect, made)})
        else:
            _append(made.messages, {"role": "user", "content": _user(message, names, dialect, made)})
    made.system = "\n\n".join(text for text in system if text)
    return made


def _append(messages: list[BodyMessage], message: BodyMessage) -> None:
    """Add a message, or join it to the last one: many chat templates refuse two of one side in a row."""
    last = messages[-1] if messages else None
    if last is None or last["role"] != message["role"]:
        messages.append(message)
    elif isinstance(last["content"], str) and isinstance(message["content"], str):
        last["content"] = "\n\n".join(text for text in (last["content"], message["content"]) if text)
    else:
        last["content"] = _joined(_parts(last["content"]), _parts(message["content"]))


def _joined(
    left: list[TextPart | ImagePart], right: list[TextPart | ImagePart]
) -> list[TextPart | ImagePart]:
    """Engines put the texts of a message side by side: a line between the two messages keeps them apart."""
    texts = [place for place, part in enumerate(right) if part["type"] == "text"]
    if not texts or not any(part["type"] == "text" for part in left):
        return [*left, *right]
    first = right[texts[0]]
    assert first["type"] == "text"
    apart: TextPart = {"type": "text", "text": f"\n\n{first['text']}"}
    return [*left, *right[: texts[0]], apart, *right[texts[0] + 1 :]]


def _parts(content: str | list[TextPart | ImagePart]) -> list[TextPart | ImagePart]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _assistant(message: Message, dialect: Dialect, made: Conversation) -> str:
    raw = (message.metadata or {}).get(RAW_TEXT)
    if isinstance(raw, str):
        return made.own(raw, dialect.kept)
    parts = [text] if (text := _plain(message, made)) else []
    if calls := stored_calls(message):
        safe = neutralised_json([[call.name, call.arguments] for call in calls])
        parts.append(dialect.calls([(name, arguments) for name, arguments in safe]))
    return "\n".join(parts)


def _native_assistant(message: Message, made: Conversation) -> BodyMessage:
    calls = stored_calls(message)
    safe = neutralised_json([[call.name, call.arguments] for call in calls])
    kept = [StoredCall(call.id, *parts) for call, parts in zip(calls, safe, strict=True)]
    return native_assistant(_plain(message, made), kept)


def _user(
    message: Message, names: dict[str, str], dialect: Dialect, made: Conversation
) -> str | list[TextPart | ImagePart]:
    if message.role == "developer":
        return f"<context_file>\n{_plain(message, made)}\n</context_file>"
    if isinstance(message.content, str):
        return made.safe(message.content)
    parts: list[TextPart | ImagePart] = []
    for block in message.content:
        if isinstance(block, ImageBlock):
            parts.append(_image(block))
        elif isinstance(block, ToolResultBlock):
            name = names.get(block.tool_call_id, "tool")
            framed = dialect.result(_readable_name(name), made.safe(_output(block.output)))
            _add_text(parts, framed)
        else:
            for text in _texts([block], made):
                _add_text(parts, text)
    if any(part["type"] == "image_url" for part in parts):
        return parts
    return "".join(part["text"] for part in parts if part["type"] == "text")


def _add_text(parts: list[TextPart | ImagePart], text: str) -> None:
    """Engines put the texts of a message side by side: a line between them keeps them apart."""
    behind = any(part["type"] == "text" for part in parts)
    parts.append({"type": "text", "text": f"\n{text}" if behind else text})


def _result(message: Message, names: dict[str, str], dialect: Dialect, made: Conversation) -> str:
    name = message.name or names.get(message.tool_call_id or "", "tool")
    return dialect.result(_readable_name(name), made.safe(_outputs(message)))


def _outputs(message: Message) -> str:
    if isinstance(message.content, str):
        return message.content
    return "\n".join(
        _output(block.output) if isinstance(block, ToolResultBlock) else _output(block)
        for block in message.content
    )


def _plain(message: Message, made: Conversation, clean: Callable[[str], str] | None = None) -> str:
    """The text of a message, without what is no text; anybody's, unless `clean` says whose it is."""
    if isinstance(message.content, str):
        return (clean or made.safe)(message.content)
    return "\n".join(_texts(message.content, made, clean))


def _texts(
    blocks: Iterable[ContentBlockUnion], made: Conversation, clean: Callable[[str], str] | None = None
) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, TextBlock):
            yield (clean or made.safe)(block.text)
        elif isinstance(block, ThinkingBlock | RedactedThinkingBlock | ReasoningBlock | ToolCallBlock):
            # Thinking of earlier turns is not resent, as its models expect; calls are rendered apart.
            continue
        else:
            made.left_out.append(f"a block of type {getattr(block, 'type', type(block).__name__)}")


def _readable_name(name: str) -> str:
    """A tool's name as it stands in the frame of its result, which an imported one must not leave."""
    return re.sub(r"[^\w.:/-]", "_", name)[:LONGEST_NAME]


def _output(value: object) -> str:
    """A tool's output as text: strings as they are, everything else as JSON."""
    if isinstance(value, TextBlock):
        return value.text
    if isinstance(value, str):
        return value
    if isinstance(value, ImageBlock):
        return "[an image, which this model cannot see]"
    try:
        return dump_json(value.model_dump(mode="json") if isinstance(value, BaseModel) else value)
    except (TypeError, ValueError):
        return str(value)


def _image(block: ImageBlock) -> ImagePart:
    source: dict[str, Any] = block.source
    url = source.get("url")
    if source.get("type") == "base64" and source.get("data"):
        url = f"data:{source.get('media_type', 'image/png')};base64,{source['data']}"
    if not isinstance(url, str) or not url.startswith("data:"):
        raise engine_error(
            "invalid_request",
            "An image can only be sent as base64 data or as a data: URL.",
            hint="Fetch it first and put its bytes into the message.",
            kind=RequestRefused,
        )
    return {"type": "image_url", "image_url": {"url": url}}
