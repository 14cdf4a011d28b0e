"""The same question in other words, by rules: it teaches that the form of a question means little."""

from __future__ import annotations

import random
import re

_RULES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), forms)
    for pattern, forms in (
        (
            r"What (?:is|are) (?P<x>.+)\?",
            (
                "Explain {x}.",
                "Can you explain {x}?",
                "Please explain {x}.",
                "What does {x} mean?",
                "Tell me about {x}.",
                "I do not understand {x}.",
                "What exactly is {x}?",
                "What do you know about {x}?",
                "Can you tell me about {x}?",
            ),
        ),
        (
            r"What does (?P<x>.+) (?:mean|do)\?",
            (
                "Explain {x}.",
                "What is {x}?",
                "What is {x} for?",
                "What is the meaning of {x}?",
                "Tell me about {x}.",
            ),
        ),
        (
            r"How (?:do|can) I (?P<x>.+)\?",
            (
                "How can I {x}?",
                "How do I {x}?",
                "How to {x}?",
                "Tell me how to {x}.",
                "I want to {x}.",
                "I would like to {x}.",
                "Can I {x}?",
                "How do you {x}?",
                "What must I do to {x}?",
            ),
        ),
        (
            r"Can I (?P<x>.+)\?",
            (
                "Is it possible to {x}?",
                "May I {x}?",
                "How do I {x}?",
                "I want to {x}.",
                "Could I {x}?",
                "Am I able to {x}?",
            ),
        ),
        (
            r"Can you (?P<x>.+)\?",
            ("Are you able to {x}?", "Could you {x}?", "Do you {x}?", "Is it possible that you {x}?"),
        ),
        (
            r"(?:Which|What) model(?P<x>.+)\?",
            ("Which model{x}?", "What model{x}?", "Which models{x}?", "Name a model{x}."),
        ),
        (r"Why (?P<x>.+)\?", ("Tell me why {x}.", "What is the reason, why {x}?", "How come {x}?")),
        (
            r"(?:It says(?: that)?|The error says) (?P<x>.+)\.",
            ("I see: {x}.", "The message is: {x}.", "{x}, what now?", "Error: {x}"),
        ),
        (
            r"(?P<x>The .+|My .+|There is .+)\.",
            ("{x}, what now?", "It says: {x}.", "{x}. What can I do?", "Help, {x}."),
        ),
        (
            r"(?P<x>.+)\?",
            ("I would like to know: {x}?", "Tell me, {x}?", "My question: {x}?", "{x}, do you know that?"),
        ),
    )
)


def paraphrased(question: str, rng: random.Random) -> str:
    """Another form of the question, or the question itself if no rule fits."""
    fitting = [(found, forms) for rule, forms in _RULES if (found := rule.fullmatch(question))]
    if not fitting:
        return question
    # The first rules are the most specific.
    found, forms = fitting[0] if rng.random() < 0.8 else rng.choice(fitting)
    text = rng.choice(forms).format(x=found["x"])
    return text[0].upper() + text[1:]
