"""What the trained model can do, counted on texts that it never saw: the figures of the model card."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from ..data import dialect, forms, tool_use
from ..data.chat import Message
from ..data.guide import ANCHORS, answer_to, topics
from ..data.mixture import Setting, exchange, setting
from ..data.refusals import REFUSAL, unrelated_held_out
from ..data.sentences import held_out_sentence
from ..data.words import copied_text
from .generate import answers
from .llama import Llama

BOTH = dialect.system_text(dialect.NOTES, dialect.TODO)
SYSTEMS = (BOTH, dialect.INSTRUCTION, None)
_SEED = 77_003  # no seed of training
_LATE_CHARACTERS = 4600  # about 1,500 tokens


@dataclass(frozen=True)
class Case:
    """A conversation that ends with the user, and the answer that counts as right."""

    messages: tuple[Message, ...]
    expected: str


def _opening(system: str | None) -> tuple[Message, ...]:
    return () if system is None else (Message("system", system),)


def _asked(question: str, expected: str, system: str | None = BOTH) -> Case:
    return Case((*_opening(system), Message("user", question)), expected)


def _after_history(question: str, expected: str, rng: random.Random, turns: int) -> Case:
    """The question after some exchanges that the training mixture might hold."""
    place = setting(rng)
    history: list[Message] = list(_opening(place.system))
    for _ in range(turns):
        history += exchange(place, rng)
    return Case((*history, Message("user", question)), expected)


def anchor_cases() -> list[Case]:
    """Each anchor as a first turn under three system texts, and twice as a later turn."""
    rng = random.Random(_SEED)
    found = [_asked(question, answer_to(question), system) for question in ANCHORS for system in SYSTEMS]
    later = [_after_history(q, answer_to(q), rng, turns) for q in ANCHORS for turns in (1, 3)]
    return found + later


def trained_cases() -> list[Case]:
    """Every trained phrasing, as it stands in the guide."""
    return [_asked(question, topic.answer) for topic in topics() for question in topic.questions]


def held_out_cases() -> list[Case]:
    """Every phrasing that was kept out of training."""
    return [_asked(question, topic.answer) for topic in topics() for question in topic.held_out]


def refusal_cases(count: int) -> list[Case]:
    """Unrelated questions in forms that were kept out of training."""
    rng = random.Random(_SEED + 1)
    return [_asked(unrelated_held_out(rng), REFUSAL) for _ in range(count)]


def copy_cases(count: int, text_of: Callable[[random.Random], str]) -> list[Case]:
    """Requests to note or add a fresh text, which the expected call repeats to the letter."""
    rng = random.Random(_SEED + 2)
    found = []
    for index in range(count):
        text = text_of(rng)
        if index % 2:
            ask, name = rng.choice(tool_use.NOTE_ADD), "notes"
        else:
            ask, name = rng.choice(tool_use.TODO_ADD), "todo"
        found.append(_asked(ask.replace("{x}", text), dialect.call(name, action="add", text=text)))
    return found


def tool_cases(count: int, which: Callable[[random.Random], list[Message]], turn: int) -> list[Case]:
    """Whole tool exchanges: `turn` 1 is the call, 3 the answer from the result."""
    rng = random.Random(_SEED + 3)
    found = []
    for _ in range(count):
        messages = which(rng)
        found.append(Case((*_opening(BOTH), *messages[:turn]), messages[turn].content))
    return found


def _any_tool(rng: random.Random) -> list[Message]:
    which = rng.choices((tool_use.with_notes, tool_use.with_todo, tool_use.add_both), (9, 9, 2))[0]
    return which(rng)


def form_cases(count: int, which: Callable[[random.Random], list[Message]]) -> list[Case]:
    """JSON objects or thinking answers."""
    rng = random.Random(_SEED + 4)
    pairs = [which(rng) for _ in range(count)]
    return [_asked(question.content, answer.content) for question, answer in pairs]


def late_cases(count: int) -> list[Case]:
    """Anchors after about 1,500 tokens of other exchanges under the default system text."""
    rng = random.Random(_SEED + 5)
    found = []
    for question in rng.choices(ANCHORS, k=count):
        history: list[Message] = list(_opening(BOTH))
        while sum(len(message.content) + 20 for message in history) < _LATE_CHARACTERS:
            history += exchange(Setting(BOTH, notes=True, todo=True), rng)
        found.append(Case((*history, Message("user", question)), answer_to(question)))
    return found


def share(model: Llama, tokenizer: Tokenizer, cases: Sequence[Case]) -> dict[str, int | float]:
    """How many cases were answered with exactly the expected text."""
    given = answers(model, tokenizer, [case.messages for case in cases])
    right = sum(answer == case.expected for answer, case in zip(given, cases, strict=True))
    return {"cases": len(cases), "right": right, "share": round(right / len(cases), 4)}


def suites(scale: int) -> dict[str, list[Case]]:
    """Every suite by the name it has in the manifest; `scale` is the size of the random ones."""
    return {
        "anchors": anchor_cases(),
        "held_out_phrasings": held_out_cases(),
        "unrelated_refused": refusal_cases(scale),
        "exact_copy": copy_cases(scale, copied_text),
        "exact_sentences": copy_cases(scale, held_out_sentence),
        "tool_calls": tool_cases(scale, _any_tool, turn=1),
        "answers_from_results": tool_cases(scale, _any_tool, turn=3),
        "json": form_cases(scale // 2, forms.as_json),
        "thinking": form_cases(scale // 4, forms.thinking),
        "late_in_context": late_cases(scale // 8),
        "trained_phrasings": trained_cases(),
    }


def wrong(model: Llama, tokenizer: Tokenizer, cases: Sequence[Case], most: int) -> list[dict[str, str]]:
    """The first few wrong answers, to look at."""
    given = answers(model, tokenizer, [case.messages for case in cases])
    return [
        {"asked": case.messages[-1].content, "expected": case.expected, "given": answer}
        for answer, case in zip(given, cases, strict=True)
        if answer != case.expected
    ][:most]


def measure(model: Llama, tokenizer: Tokenizer, scale: int = 200) -> dict[str, dict[str, int | float]]:
    """All figures."""
    return {name: share(model, tokenizer, cases) for name, cases in suites(scale).items()}


def dumps(figures: dict[str, dict[str, int | float]]) -> str:
    """The figures as text, one line a suite."""
    return "\n".join(f"{name:22} {json.dumps(row)}" for name, row in figures.items())
