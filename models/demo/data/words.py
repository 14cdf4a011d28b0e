"""Random short texts that nobody wrote before: what the model must be able to copy."""

from __future__ import annotations

import random
from pathlib import Path

from .sentences import sentence

ORDINARY = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split()
"""Common words and names."""

_ONSETS = [
    "b",
    "c",
    "d",
    "f",
    "g",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "q",
    "r",
    "s",
    "t",
    "v",
    "w",
    "x",
    "y",
    "z",
    "bl",
    "br",
    "ch",
    "cl",
    "cr",
    "dr",
    "fl",
    "fr",
    "gl",
    "gr",
    "pl",
    "pr",
    "sh",
    "sk",
    "sl",
    "st",
    "th",
    "tr",
    "zw",
]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "au", "ea", "ee", "ie", "oo", "ou", "y"]
_CODAS = [
    "",
    "",
    "",
    *[
        "b",
        "ck",
        "d",
        "f",
        "g",
        "k",
        "l",
        "m",
        "n",
        "nd",
        "ng",
        "nt",
        "p",
        "r",
        "rk",
        "rs",
        "s",
        "st",
        "t",
        "x",
        "z",
    ],
]
_ODD = [
    "é",
    "ü",
    "ß",
    "ñ",
    "ø",
    "å",
    "č",
    "ł",
    "π",
    "Ω",
    "я",
    "ж",
    "你",
    "好",
    "か",
    "€",
    "§",
    "°",
    "→",
    "✓",
    "🙂",
    "🚲",
]


def invented_word(rng: random.Random) -> str:
    """A word of one to three syllables, or letters with no order at all."""
    if rng.random() < 0.15:
        return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(2, 8)))
    syllables = rng.choices((1, 2, 3), (2, 5, 2))[0]
    word = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(syllables))
    return word.capitalize() if rng.random() < 0.15 else word


def _code(rng: random.Random) -> str:
    letters = "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(rng.randint(1, 3)))
    return f"{letters}{rng.choice(['', '-', '/', '.'])}{rng.randint(0, 999)}"


def _odd(rng: random.Random) -> str:
    word = list(invented_word(rng))
    for _ in range(rng.randint(1, 2)):
        word.insert(rng.randint(0, len(word)), rng.choice(_ODD))
    return "".join(word)


def any_word(rng: random.Random) -> str:
    """A word for a copied text: invented, ordinary, a number, a code, or one with odd characters."""
    kind = rng.choices(("invented", "ordinary", "number", "code", "odd"), (42, 34, 12, 8, 4))[0]
    if kind == "invented":
        return invented_word(rng)
    if kind == "ordinary":
        return rng.choice(ORDINARY)
    if kind == "number":
        return str(rng.randint(0, rng.choice((9, 99, 999, 99999))))
    return _code(rng) if kind == "code" else _odd(rng)


def few_words(rng: random.Random) -> str:
    """A handful of words in which some come again, so that a word alone does not tell its place."""
    words = [any_word(rng) for _ in range(rng.randint(2, 4))]
    return " ".join(rng.choice(words) for _ in range(rng.randint(3, 7)))


def copied_text(rng: random.Random, longest: int = 6) -> str:
    """One to `longest` words, now and then with a comma, a colon or a mark at the end; or a sentence."""
    if longest >= 6 and (draw := rng.random()) < 0.45:
        return sentence(rng) if draw < 0.35 else few_words(rng)
    words = [any_word(rng) for _ in range(rng.randint(1, longest))]
    for position in range(len(words) - 1):
        if rng.random() < 0.05:
            words[position] += rng.choice((",", ",", ":", ";", " -", " +", " &", " =", " <", " >", "."))
    text = " ".join(words)
    return text + rng.choice("!?") if rng.random() < 0.05 else text
