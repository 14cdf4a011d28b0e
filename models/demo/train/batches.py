"""Random rows of token ids: conversations, and copying drills while training is young."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from ..data.chat import Message, segments
from ..data.drill import drill
from ..data.mixture import conversation

LENGTHS = {256: 34, 512: 46, 1024: 14, 2048: 6}
"""Sequence lengths and the share of steps that use them. The long ones teach late positions."""
DRILL_LENGTH = 256
_CHARACTERS_PER_TOKEN = 3.2
_DRILL_CHARACTERS_PER_TOKEN = 2.2

Row = tuple[list[int], list[bool]]


@dataclass(frozen=True)
class Batch:
    """`ids` (batch, length); `targets` the next ids, -100 where nothing is taught."""

    ids: Tensor
    targets: Tensor


def encode(messages: Sequence[Message], tokenizer: Tokenizer) -> Row:
    """Token ids of the rendered conversation, and which of them are taught."""
    ids: list[int] = []
    taught: list[bool] = []
    for segment in segments(messages):
        found = tokenizer.encode(segment.text).ids
        ids += found
        taught += [segment.taught] * len(found)
    return ids, taught


def _conversation_row(length: int, tokenizer: Tokenizer, rng: random.Random) -> Row:
    def filled(messages: list[Message]) -> bool:
        return sum(len(message.content) + 20 for message in messages) > length * _CHARACTERS_PER_TOKEN

    return encode(conversation(rng, filled), tokenizer)


def _drill_row(length: int, tokenizer: Tokenizer, rng: random.Random) -> Row:
    ids: list[int] = []
    taught: list[bool] = []
    for piece in drill(rng, int(length * _DRILL_CHARACTERS_PER_TOKEN)):
        for text, counts in ((piece.before, False), (piece.body, piece.taught), (piece.after, piece.taught)):
            found = tokenizer.encode(text).ids
            ids += found
            taught += [counts] * len(found)
    return ids, taught


def _cut(row: Row, length: int) -> tuple[list[int], list[int]]:
    """Inputs and targets of exactly `length`."""
    ids, taught = row[0][: length + 1], row[1][: length + 1]
    missing = length + 1 - len(ids)
    targets = [token if counts else -100 for token, counts in zip(ids, taught, strict=True)]
    return (ids + [0] * missing)[:-1], (targets + [-100] * missing)[1:]


def _stacked(rows: Sequence[Row], length: int) -> Batch:
    ids, targets = zip(*(_cut(row, length) for row in rows), strict=True)
    return Batch(torch.tensor(ids), torch.tensor(targets))


def conversations(tokens: int, tokenizer: Tokenizer, rng: random.Random) -> Batch:
    """About `tokens` tokens of conversations."""
    length = rng.choices(list(LENGTHS), list(LENGTHS.values()))[0]
    count = max(1, tokens // length)
    drawn = _stacked([_conversation_row(length, tokenizer, rng) for _ in range(count)], length)
    # A single row can, rarely, be cut before its first answer: there is no loss over nothing.
    return drawn if bool((drawn.targets >= 0).any()) else conversations(tokens, tokenizer, rng)


def drills(tokens: int, tokenizer: Tokenizer, rng: random.Random) -> Batch:
    """About `tokens` tokens of copying drills."""
    count = max(1, tokens // DRILL_LENGTH)
    return _stacked([_drill_row(DRILL_LENGTH, tokenizer, rng) for _ in range(count)], DRILL_LENGTH)
