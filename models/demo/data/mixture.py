"""Whole conversations, drawn at random from everything that is taught."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from . import dialect, forms, tool_use
from .chat import Message
from .guide import ANCHORS, MORE, Topic, answer_to, topics, varied
from .refusals import REFUSAL, unrelated
from .words import copied_text

Exchange = list[Message]


@dataclass(frozen=True)
class Setting:
    """What stands before a conversation: its system text, and which tools that text names."""

    system: str | None
    notes: bool = False
    todo: bool = False


def setting(rng: random.Random) -> Setting:
    """The default session most often; then fewer tools, another instruction, or no system message."""
    both = dialect.system_text(dialect.NOTES, dialect.TODO)
    kind = rng.choices(("both", "notes", "todo", "bare", "none", "other"), (56, 4, 4, 14, 14, 8))[0]
    match kind:
        case "both":
            return Setting(both, notes=True, todo=True)
        case "notes":
            return Setting(dialect.system_text(dialect.NOTES), notes=True)
        case "todo":
            return Setting(dialect.system_text(dialect.TODO), todo=True)
        case "bare":
            return Setting(dialect.INSTRUCTION)
        case "none":
            return Setting(None)
    return Setting(rng.choice(("You are a helpful assistant.", "Be brief.", copied_text(rng, longest=12))))


def _ask(topic: Topic, rng: random.Random) -> Exchange:
    question = varied(rng.choice(topic.questions), rng)
    return [Message("user", question), Message("assistant", topic.answer)]


def _guide(rng: random.Random) -> Exchange:
    if rng.random() < 0.15:
        question = rng.choice(ANCHORS)
        return [Message("user", question), Message("assistant", answer_to(question))]
    return _ask(rng.choice(topics()), rng)


def _follow_up(rng: random.Random) -> Exchange:
    known = [topic for topic in topics() if rng.random() < 0.3 or "more" not in topic.more]
    topic = rng.choice(known)
    more = [Message("user", rng.choice(MORE)), Message("assistant", topic.more)]
    return [*_ask(topic, rng), *more]


def _refusal(rng: random.Random) -> Exchange:
    return [Message("user", unrelated(rng)), Message("assistant", REFUSAL)]


def _stopped(rng: random.Random) -> Exchange:
    """An answer that the user stopped: it stands in the history, and nobody learns to write it."""
    question, answer = _guide(rng)
    words = answer.content.split(" ")
    kept = " ".join(words[: rng.randint(0, len(words) - 1)])
    return [question, replace(answer, content=kept, taught=False)]


def _tools(place: Setting, rng: random.Random) -> Exchange:
    if place.notes and place.todo and rng.random() < 0.05:
        return tool_use.add_both(rng)
    if rng.random() < 0.5:
        exchange = tool_use.with_notes(rng)
        return exchange if place.notes else tool_use.without(tool_use.NO_NOTES, exchange)
    exchange = tool_use.with_todo(rng)
    return exchange if place.todo else tool_use.without(tool_use.NO_TODO, exchange)


_SHARES: dict[Callable[[random.Random], Exchange], int] = {
    _guide: 42,
    _refusal: 14,
    _follow_up: 4,
    _stopped: 3,
    forms.as_json: 9,
    forms.thinking: 4,
}
"""How often each kind of exchange without tools is drawn."""


def exchange(place: Setting, rng: random.Random) -> Exchange:
    """One exchange that fits the setting."""
    tool_share = 42 if place.notes and place.todo else 20 if place.notes or place.todo else 7
    if rng.random() < tool_share / (tool_share + sum(_SHARES.values())):
        return _tools(place, rng)
    make: Callable[[random.Random], Exchange] = rng.choices(list(_SHARES), list(_SHARES.values()))[0]
    return make(rng)


def conversation(rng: random.Random, enough: Callable[[list[Message]], bool]) -> list[Message]:
    """Exchanges behind one system text, until `enough` says that the sequence is filled."""
    place = setting(rng)
    messages = [] if place.system is None else [Message("system", place.system)]
    while not enough(messages):
        messages += exchange(place, rng)
    return messages
