"""Plain copying drills: texts, and the same texts again in quotation marks.

A transformer learns to copy by finding where the words before stood the last time and taking what came
next. In conversations that pays too rarely for a start; in these rows it is all there is to learn.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from .words import copied_text

_OPENERS = (" {x}\n", ": {x}.\n", " that {x}\n", "\n{x}\n", " {x},", '"{x}"\n')
_REPEATS = ('"{x}"', '"{x}",', ": {x}.\n", "\n{x}\n", " {x}.")


@dataclass(frozen=True)
class Piece:
    """Text around a copied body; the body is taught where it comes for the second time."""

    before: str
    body: str
    after: str
    taught: bool


def drill(rng: random.Random, characters: int) -> list[Piece]:
    """Pieces of about `characters` characters in all."""
    pieces: list[Piece] = []
    size = 0
    while size < characters:
        texts = [copied_text(rng, longest=rng.choice((3, 6, 10))) for _ in range(rng.randint(1, 4))]
        group = [_piece(text, rng.choice(_OPENERS), taught=False) for text in texts]
        for _ in range(rng.randint(1, 3)):
            rng.shuffle(texts)
            group += [_piece(text, rng.choice(_REPEATS), taught=True) for text in texts]
        pieces += group
        size += sum(len(piece.body) + 3 for piece in group)
    return pieces


def _piece(text: str, frame: str, *, taught: bool) -> Piece:
    before, after = frame.split("{x}")
    # A space belongs to the piece that follows it, in the text as in the tokens.
    if before.endswith(" "):
        return Piece(before[:-1], f" {text}", after, taught)
    return Piece(before, text, after, taught)
