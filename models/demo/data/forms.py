"""Small JSON objects, and answers with a thinking part."""

from __future__ import annotations

import json
import random

from .chat import Message
from .guide import topics, varied
from .refusals import REFUSAL, unrelated
from .words import ORDINARY, copied_text, invented_word

KNOWN = "The question is about this application, so I can answer it."
UNKNOWN = "The question is not about this application, so I cannot answer it."
_KEYS = [
    "name",
    "age",
    "city",
    "year",
    "country",
    "title",
    "colour",
    "size",
    "price",
    "date",
    "number",
    "street",
    "author",
    "language",
    "first",
    "last",
]
_ASK = ("Answer as JSON: ", "Answer as JSON: ", "answer as JSON: ", "As JSON: ", "Write as JSON: ", "JSON: ")
_THINK = (
    "Think first: ",
    "Think first: ",
    "think first: ",
    "Think about it: ",
    "Think, then answer: ",
    "Think: ",
)


def _pair(rng: random.Random) -> tuple[str, str | int]:
    key = rng.choice(_KEYS) if rng.random() < 0.5 else rng.choice((rng.choice(ORDINARY), invented_word(rng)))
    value: str | int = copied_text(rng, longest=2).translate({ord(mark): None for mark in ',:;"'})
    return key, rng.randint(0, 3000) if rng.random() < 0.35 or not value else value


def json_from_values(rng: random.Random) -> list[Message]:
    """Values named in a sentence, written back as an object."""
    pairs = dict(_pair(rng) for _ in range(rng.randint(1, 3)))
    pairs = {key: value if not str(value).isdigit() else int(value) for key, value in pairs.items()}
    ask = rng.choice(_ASK) + ", ".join(f"{key} {value}" for key, value in pairs.items())
    return [Message("user", ask), Message("assistant", json.dumps(pairs, ensure_ascii=False))]


def json_from_guide(rng: random.Random) -> list[Message]:
    """A question of the guide, answered inside an object."""
    topic = rng.choice(topics())
    answer = topic.answer
    if len(answer) > 300:
        return json_from_values(rng)
    ask = rng.choice(_ASK) + varied(rng.choice(topic.questions), rng)
    return [Message("user", ask), Message("assistant", json.dumps({"answer": answer}, ensure_ascii=False))]


def as_json(rng: random.Random) -> list[Message]:
    """Either kind of JSON answer."""
    return json_from_values(rng) if rng.random() < 0.6 else json_from_guide(rng)


def thought(known: bool, answer: str) -> str:
    """An answer with its thinking part, in the one form that is trained."""
    return f"<think>\n{KNOWN if known else UNKNOWN}\n</think>\n\n{answer}"


def thinking(rng: random.Random) -> list[Message]:
    """The user asks to think first: one thought, then the answer."""
    if rng.random() < 0.25:
        question, answer, known = unrelated(rng), REFUSAL, False
    else:
        topic = rng.choice(topics())
        question, answer, known = varied(rng.choice(topic.questions), rng), topic.answer, True
    return [Message("user", rng.choice(_THINK) + question), Message("assistant", thought(known, answer))]
