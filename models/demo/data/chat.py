"""ChatML: how a conversation becomes text, for training and for both engines.

Both engines always write the system block, an empty one when there is no system message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..spec import TURN_END, TURN_START

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True)
class Message:
    """One message. Only assistant text with `taught` set is what the model learns to write."""

    role: Role
    content: str
    taught: bool = True


@dataclass(frozen=True)
class Segment:
    """A stretch of the rendered text; `taught` marks what counts in the loss."""

    text: str
    taught: bool


JINJA = (
    "{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}"
    "{% set rest = messages[1:] %}{% else %}{% set system = '' %}{% set rest = messages %}{% endif %}"
    "{{ '<|im_start|>system\\n' + system + '<|im_end|>\\n' }}"
    "{% for message in rest %}"
    "{% set role = 'assistant' if message['role'] == 'assistant' else 'user' %}"
    "{{ '<|im_start|>' + role + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

WEBLLM_TEMPLATE = {
    "name": "webllm-demo",
    # WebLLM does not feed the end of an answer when it goes on with the cache it holds. So each turn
    # brings the end marker of the turn before it, and the token ids are those of plain ChatML either way.
    "system_template": f"{TURN_START}system\n{{system_message}}",
    "system_message": "",
    "roles": {
        "user": f"{TURN_END}\n{TURN_START}user",
        "assistant": f"{TURN_END}\n{TURN_START}assistant",
        "tool": f"{TURN_END}\n{TURN_START}user",
    },
    "seps": [""],
    "role_content_sep": "\n",
    "role_empty_sep": "\n",
    "stop_str": [TURN_END],
    "stop_token_ids": [2, 0],
    "add_role_after_system_message": True,
}


def segments(messages: Sequence[Message]) -> list[Segment]:
    """The rendered conversation, cut where teaching begins and ends."""
    system, rest = ("", messages)
    if messages and messages[0].role == "system":
        system, rest = messages[0].content, messages[1:]
    found = [Segment(f"{TURN_START}system\n{system}{TURN_END}\n", taught=False)]
    for message in rest:
        found.append(Segment(f"{TURN_START}{message.role}\n", taught=False))
        taught = message.role == "assistant" and message.taught
        found.append(Segment(f"{message.content}{TURN_END}", taught=taught))
        found.append(Segment("\n", taught=False))
    return found


def prompt(messages: Sequence[Message]) -> str:
    """The text that the model continues: the conversation and an open assistant turn."""
    return "".join(part.text for part in segments(messages)) + f"{TURN_START}assistant\n"
