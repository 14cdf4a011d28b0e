"""The weights before training: random, but for a circuit that copies.

Copying needs two heads that only make sense together ("induction heads"): one that looks at the token
before, and one in the next layer that finds where the present token stood before and reads off what
followed. A small network takes millions of tokens to come upon the pair by chance. So it is laid down
here, roughly, and training refines it. The residual stream begins in four parts: a constant, the token,
and the tokens one and two places before.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..spec import Shape
from .llama import Llama

CONSTANT = 0
TOKEN = 64  # where the half of the embedding begins that the circuit reads
BEFORE = (128, 192)  # where the token one place before is written, and the one two places before
_STEEP, _SHARP, _WRITE, _COPY = 1.6, 2.0, 0.04, 0.3
_FAST_PAIRS = 8  # rotary pairs that turn fast enough to tell neighbours apart
_SLOW_FROM = 20  # rotary pairs that hardly turn over a conversation


def _rows(head: int, part: int, shape: Shape) -> slice:
    """Rows of the fused matrix: part 0 is q, 1 is k, 2 is v."""
    begin = (part * shape.heads + head) * shape.head_dim
    return slice(begin, begin + shape.head_dim)


def _pick(qkv: Tensor, rows: slice, begin: int, gain: float, places: list[int]) -> None:
    """Let the given places of one head read consecutive dimensions of the residual stream."""
    qkv[rows] = 0.0
    for offset, place in enumerate(places):
        qkv[rows.start + place, begin + offset] = gain


def _look_back(model: Llama, head: int, distance: int, target: int) -> None:
    """A head of the first layer that attends `distance` places back and writes that token to `target`."""
    shape, block = model.shape, model.block(0)
    half = shape.head_dim // 2
    q, k = _rows(head, 0, shape), _rows(head, 1, shape)
    block.qkv.weight[q] = 0.0
    block.qkv.weight[k] = 0.0
    for pair in range(_FAST_PAIRS):
        angle = torch.tensor(distance * shape.rope_theta ** (-2 * pair / shape.head_dim))
        block.qkv.weight[q.start + pair, CONSTANT] = _STEEP
        # The key starts turned by the distance, so that it meets the query that far ahead.
        block.qkv.weight[k.start + pair, CONSTANT] = _STEEP * angle.cos()
        block.qkv.weight[k.start + half + pair, CONSTANT] = _STEEP * angle.sin()
    everything = list(range(shape.head_dim))
    _pick(block.qkv.weight, _rows(head, 2, shape), TOKEN, 1.0, everything)
    _write(block.out.weight, head, target, _WRITE, shape)


def _write(out: Tensor, head: int, target: int, gain: float, shape: Shape) -> None:
    columns = slice(head * shape.head_dim, (head + 1) * shape.head_dim)
    out[:, columns] = 0.0
    out[target : target + shape.head_dim, columns] = gain * torch.eye(shape.head_dim)


def _find_and_copy(model: Llama, head: int, present: int, behind: int) -> None:
    """A head of the second layer: looks for what is at `present` here among what is at `behind` there, and
    copies the token found."""
    shape, block = model.shape, model.block(1)
    half = shape.head_dim // 2
    slow = [*range(_SLOW_FROM, half), *range(half + _SLOW_FROM, shape.head_dim)]
    _pick(block.qkv.weight, _rows(head, 0, shape), present, _SHARP, slow)
    _pick(block.qkv.weight, _rows(head, 1, shape), behind, _SHARP, slow)
    _pick(block.qkv.weight, _rows(head, 2, shape), TOKEN, 1.0, list(range(shape.head_dim)))
    _write(block.out.weight, head, TOKEN, _COPY, shape)


def lay_circuit(model: Llama, spaced: list[tuple[int, int]]) -> None:
    """Write the circuit into fresh weights.

    `spaced` lists (piece with its space, same piece without): they start nearly equal, because a tool call
    repeats the first word of a text without the space that stood before it.
    """
    with torch.no_grad():
        for index in range(model.shape.layers):
            # What is random must not drown what is laid down.
            model.block(index).out.weight *= 0.1
            model.block(index).down.weight *= 0.1
        weight = model.embedding.weight
        weight[:, BEFORE[0] :] = 0.0
        weight *= 1.4
        weight[:, CONSTANT] = 0.16
        space = torch.randn(weight.shape[1]) * 0.03
        space[CONSTANT] = 0.0
        space[BEFORE[0] :] = 0.0
        for with_space, bare in spaced:
            weight[with_space] = weight[bare] + space
        _look_back(model, head=0, distance=1, target=BEFORE[0])
        _look_back(model, head=1, distance=2, target=BEFORE[1])
        _find_and_copy(model, head=0, present=TOKEN, behind=BEFORE[0])
        _find_and_copy(model, head=1, present=BEFORE[0], behind=BEFORE[1])
