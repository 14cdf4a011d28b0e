"""Questions that are not about this application, and the honest answer to them."""

from __future__ import annotations

import random
from collections.abc import Callable

from .words import ORDINARY, any_word, copied_text, invented_word

REFUSAL = "I am a tiny demo model and only know this application. Choose a bigger model for that."

_TEMPLATES = (
    """
What is the capital of {w}?|Who was {n}?|Who is {n}?|Write a poem about {w}.|Write a story about {t}.|Tell me a joke.
Tell me a joke about {w}.|Translate {t} into {w}.|How much is {d} times {d}?|What is {d} plus {d}?|{d} + {d}
How do I cook {w}?|What is {w}?|What is a {w}?|What does {w} mean?|Where is {w}?|When was {n} born?|How old is {n}?
What is the weather in {w}?|Will it rain tomorrow?|Write code that sorts {w}.|Write a function for {t}.|Explain {t}.
Why is the {w} {w}?|How far is {w} from {w}?|How tall is {n}?|Who won the {w}?|What is the best {w}?|Do you like {w}?
Do you love me?|What is your favourite {w}?|Sing a song about {w}.|Summarize {t}.|Correct this sentence: {t}
How many {w} are in a {w}?|What time is it?|What day is it today?|Which {w} is the largest?|Name three {w}.
Recommend a {w}.|Recommend a book about {w}.|Plan a trip to {w}.|How do I learn {w}?|Who invented the {w}?
What is the difference between {w} and {w}?|Is {w} a {w}?|Can {w} {w}?|Give me a recipe with {w}.|Define {w}.
Write an email to {n} about {t}.|What do you think about {w}?|Why do {w} {w}?|Solve {d} = {w}.|{t}|{t}?|{t}.|{w}
What happened in {d}?|How does a {w} work?|How does {w} work?|Where can I buy {w}?|Is it true that {t}?|Give me {w}.
Who wrote {t}?|Who painted the {w}?|What is the population of {w}?|Is {n} a good {w}?|I like {w}.|I am {w}.
My name is {n}.|What is the meaning of life?|Tell me about {n}.|Tell me about {w}.|Describe {w}.|Guess my {w}.
What is the square root of {d}?|Which colour has a {w}?|How do you spell {w}?|What rhymes with {w}?|Play {w} with me.
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

_HELD_OUT = (
    """
What is the history of {w}?|How many people live in {w}?|Write a letter to {n}.|Convert {d} miles to {w}.
Which {w} should I eat?|How do I repair a {w}?|Compare {w} with {w}.|What are the symptoms of {w}?|Invent a {w}.
Can you draw a {w}?|What is {d} divided by {d}?|Where was {n} born?|Which team has {n}?|Is {w} healthy?
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


def _filled(template: str, rng: random.Random) -> str:
    makers: dict[str, Callable[[], str]] = {
        "{w}": lambda: rng.choice(ORDINARY) if rng.random() < 0.7 else invented_word(rng).capitalize(),
        "{n}": lambda: " ".join(invented_word(rng).capitalize() for _ in range(rng.randint(1, 2))),
        "{t}": lambda: copied_text(rng),
        "{d}": lambda: str(rng.randint(0, 3000)),
    }
    for mark, make in makers.items():
        while mark in template:
            template = template.replace(mark, make(), 1)
    return template


def unrelated(rng: random.Random) -> str:
    """A question from the trained templates; most of its words are drawn at random."""
    text = _filled(rng.choice(_TEMPLATES), rng)
    if rng.random() < 0.2:
        text = text.lower()
    if rng.random() < 0.15:
        text = f"{rng.choice(('Please', 'Hi', 'Now', 'Ok', 'And', any_word(rng)))}, {text}"
    return text.rstrip("?.") if rng.random() < 0.15 else text


def unrelated_held_out(rng: random.Random) -> str:
    """A question from templates that are never trained."""
    return _filled(rng.choice(_HELD_OUT), rng)
