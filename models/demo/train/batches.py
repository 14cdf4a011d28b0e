"""Random conversations as batches of token ids."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from ..data.chat import Message, segments
from ..data.mixture import conversation

LENGTHS = {256: 30, 512: 45, 1024: 17, 2048: 8}
"""Sequence lengths and the share of steps that use them. The long ones teach late positions."""


@dataclass(frozen=True)
class Batch:
    """`ids` (batch, length); `targets` the next ids, -100 where nothing is taught."""

    ids: Tensor
    targets: Tensor


def encode(messages: Sequence[Message], tokenizer: Tokenizer) -> tuple[list[int], list[bool]]:
    """Token ids of the rendered conversation, and which of them are taught."""
    ids: list[int] = []
    taught: list[bool] = []
    for segment in segments(messages):
        found = tokenizer.encode(segment.text).ids
        ids += found
        taught += [segment.taught] * len(found)
    return ids, taught


def _row(length: int, tokenizer: Tokenizer, rng: random.Random) -> tuple[list[int], list[int]]:
    size = 0

    def filled(messages: list[Message]) -> bool:
        nonlocal size
        # About three characters a token: cheap, and cut below in any case.
        size = sum(len(message.content) + 20 for message in messages)
        return size > length * 3.2

    ids, taught = encode(conversation(rng, filled), tokenizer)
    ids, taught = ids[: length + 1], taught[: length + 1]
    missing = length + 1 - len(ids)
    targets = [token if known else -100 for token, known in zip(ids, taught, strict=True)]
    return (ids + [0] * missing)[:-1], (targets + [-100] * missing)[1:]


def batches(tokens: int, tokenizer: Tokenizer, seed: int) -> Iterator[Batch]:
    """Endless batches of about `tokens` tokens each."""
    rng = random.Random(seed)
    while True:
        length = rng.choices(list(LENGTHS), list(LENGTHS.values()))[0]
        rows = [_row(length, tokenizer, rng) for _ in range(max(1, tokens // length))]
        ids, targets = zip(*rows, strict=True)
        yield Batch(torch.tensor(ids), torch.tensor(targets))
