"""The guide's questions and answers, read from `guide.txt`."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .paraphrase import paraphrased

NO_MORE = "That is all I know about it."
MORE = ("Tell me more.", "Tell me more", "More, please.", "And what else?", "Go on.", "What else?")


@dataclass(frozen=True)
class Topic:
    """One answer and the questions that lead to it."""

    answer: str
    questions: tuple[str, ...]
    held_out: tuple[str, ...]
    more: str


def _topic(block: str) -> Topic:
    lines: dict[str, list[str]] = {mark: [] for mark in "?~=+"}
    for line in block.splitlines():
        if line and not line.startswith("#"):
            lines[line[0]].append(line[2:])
    (answer,) = lines["="]
    return Topic(answer, tuple(lines["?"]), tuple(lines["~"]), (lines["+"] or [NO_MORE])[0])


@cache
def topics() -> tuple[Topic, ...]:
    """Every entry of the guide. Raises if one phrasing would have two answers."""
    text = (Path(__file__).parent / "guide.txt").read_text(encoding="utf-8")
    blocks = [block for block in text.split("\n\n") if "\n= " in f"\n{block}"]
    found = tuple(_topic(block) for block in blocks)
    seen: dict[str, str] = {}
    for topic in found:
        for question in topic.questions + topic.held_out:
            if seen.setdefault(question.lower(), topic.answer) != topic.answer:
                raise ValueError(f"two answers to {question!r}")
    return found


ANCHORS = (
    "What is this application?",
    "How do I go offline?",
    "Which model should I take?",
    "Tell me everything about this application.",
    "Who are you?",
    "What runs where?",
    "Is it private?",
    "What is Amplifier?",
    "What does no WebGPU mean?",
    "What does device lost mean?",
    "How do I stop an answer?",
    "What tools are there?",
    "Do I need a key?",
    "Hello",
)
"""Questions that tests ask: their answers must come word for word."""


def answer_to(question: str) -> str:
    """The answer of the guide to a trained or held-out phrasing. Raises `KeyError` for any other."""
    for topic in topics():
        if question in topic.questions or question in topic.held_out:
            return topic.answer
    raise KeyError(question)


_BEFORE = (
    "Please tell me: ", "Tell me: ", "Hi, ", "Hello, ", "Hi! ", "Question: ", "I want to know: ", "Sorry, ",
    "Can you tell me, ", "And ", "Ok, ", "Okay. ", "Now: ", "So, ", "One question: ", "Please, ", "Hey, ",
)  # fmt: skip
_AFTER = (" please", " Please.", " Thanks.", " I do not understand it.", " Explain it.", " And why?")
_FILLERS = {"the", "a", "an", "do", "does", "this", "is", "it", "my", "please", "of", "in", "to"}


@cache
def _held_out() -> frozenset[str]:
    return frozenset(question.lower() for topic in topics() for question in topic.held_out)


def _typo(text: str, rng: random.Random) -> str:
    if len(text) < 8:
        return text
    place = rng.randrange(1, len(text) - 2)
    if rng.random() < 0.5:
        return text[:place] + text[place + 1 :]
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _dropped(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    droppable = [index for index, word in enumerate(words) if word.lower() in _FILLERS]
    if len(words) < 5 or not droppable:
        return text
    del words[rng.choice(droppable)]
    return " ".join(words)


def varied(question: str, rng: random.Random) -> str:
    """The question as another person might type it, so that small differences come to mean nothing."""
    if rng.random() < 0.35:
        return question
    text = question
    if rng.random() < 0.4:
        text = paraphrased(text, rng)
        # What is measured as held out must not come up by chance.
        text = question if text.lower() in _held_out() else text
    if rng.random() < 0.25:
        text = _dropped(text, rng)
    if rng.random() < 0.3:
        before = rng.choice(_BEFORE)
        text = before + (text[0].lower() + text[1:] if before.endswith((", ", "And ")) else text)
    if rng.random() < 0.12:
        text += rng.choice(_AFTER)
    if rng.random() < 0.35:
        text = text.lower()
    if rng.random() < 0.3:
        text = text.rstrip("?.!")
    return _typo(text, rng) if rng.random() < 0.15 else text
