"""Everyday sentences to copy: words repeat in them, and words of the system text come up.

Random words alone teach to find *the* place where a word stood before; in a sentence the same small word
stands in several places, and only what came before it tells which one is meant.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

_THINGS = """
bag bank boat book bottle box bread bus cable cake camera car card cat chair charger clock coat coffee cup desk
doctor dog door drawer egg flight flower garage garden glass hat house invoice jar juice key kitchen lamp letter
map market meeting milk office oven paper parcel passport password pen phone picture plant report rent ring salt
shelf shoe shop soap spoon station store sugar table tax tea teacher ticket towel train umbrella water window wine
"""
_KINDS = """
big black blue broken brown cheap clean cold dark dry full good green heavy hot large last little long new next
nice old open other red round sad short small strong tall warm white yellow young
"""
_NAMES = "Anna Ben Carla David Emma Frank Greta Hugo Iris Jonas"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday today tomorrow tonight"
_PLACES = "in on under behind beside near by over below inside"
_WHOSE = "the the the my your our a her his"
_DOES = "buy call clean close find fix open pay print read send take wash water write bring order"

FRAMES = """
{a} is {in} {a}|{a} and {a} are {in} {a}|{a} {in} {a} is {k}|{a} is {k} and {a} is {k}|{a} of {a} is {k}
{do} {a} and {do} {a}|{do} {a} before {d}|{do} {a}, {a} and {a}|{do} {t}, {t} and {t}|{do} {a} for {n} and {n}
{n} has {a} and {n} has {a}|{n} and {n} meet at {h} and at {h}|{n} is {in} {a} at {h}|call {n} at {h} and {n} at {h}
{n} likes the {t} and not the {t}|the {t} is for {n} and the {t} is for {n}|there is {a} {in} {a} {in} {a}
I have to {do} {a} at {h} on {d}|we need {t} and {t} and {t}|it is {k} and {k} and {k}|my {t} is {h} and not {h}
the result of {a} is {h}|the name of {a} is {n} and the name of {a} is {n}|to {do} {a}, {do} {a} and then {a}
{do} the {k} {t} and the {k} {t}|{a} is {k}, {a} is {k}|{d} at {h}: {do} {a}|on {d} {n} is {in} {a}
never {do} {a} on {d}|{n}, {n} and {n} come on {d} at {h}|the {t} opens at {h} and closes at {h} on {d}
""".strip().replace("\n", "|")
HELD_OUT = """
{a} stands {in} {a} and {a}|{n} will {do} {a} and the {t} on {d}|do not {do} {a} or {a}|{a} costs {h} and {a} costs {h}
put {a} {in} the {k} {t}|the {k} {t} is at {n}'s {t}|ask {n} about {a} and about {a}
""".strip().replace("\n", "|")


def _any(words: str) -> Callable[[random.Random], str]:
    choices = words.split()
    return lambda rng: rng.choice(choices)


_kind, _noun, _whose = _any(_KINDS), _any(_THINGS), _any(_WHOSE)


def _thing(rng: random.Random) -> str:
    kind = f"{_kind(rng)} " if rng.random() < 0.35 else ""
    return f"{_whose(rng)} {kind}{_noun(rng)}"


def _hour(rng: random.Random) -> str:
    return rng.choice((str(rng.randint(1, 40)), f"{rng.randint(1, 12)} o'clock", "noon", "night"))


_SLOTS: dict[str, Callable[[random.Random], str]] = {
    "a": _thing,
    "t": _noun,
    "k": _kind,
    "n": _any(_NAMES),
    "d": _any(_DAYS),
    "in": _any(_PLACES),
    "do": _any(_DOES),
    "h": _hour,
}


def sentence(rng: random.Random, frames: Sequence[str] = tuple(FRAMES.split("|"))) -> str:
    """A sentence of one frame, with other words each time."""
    return re.sub(r"\{(\w+)\}", lambda slot: _SLOTS[slot[1]](rng), rng.choice(frames))


def held_out_sentence(rng: random.Random) -> str:
    """A sentence of a frame that no training text has."""
    return sentence(rng, tuple(HELD_OUT.split("|")))
