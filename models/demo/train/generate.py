"""Greedy answers from the PyTorch model."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from tokenizers import Tokenizer

from ..data.chat import Message, prompt
from .llama import LayerCache, Llama

STOP = 2


@torch.inference_mode()
def greedy(model: Llama, ids: list[int], limit: int = 260) -> list[int]:
    """The likeliest continuation of a prompt up to the end of the turn, as token ids."""
    caches = [LayerCache() for _ in model.blocks]
    hidden = model.hidden(torch.tensor([ids]), caches)[:, -1]
    answer: list[int] = []
    while len(answer) < limit and len(ids) + len(answer) < model.shape.context_window:
        token = int(model.logits(hidden).argmax())
        if token == STOP:
            break
        answer.append(token)
        hidden = model.hidden(torch.tensor([[token]]), caches)[:, -1]
    return answer


def answers(
    model: Llama, tokenizer: Tokenizer, conversations: Sequence[Sequence[Message]], limit: int = 260
) -> list[str]:
    """What the model says next in each conversation."""
    prompts = [tokenizer.encode(prompt(messages)).ids for messages in conversations]
    return [tokenizer.decode(greedy(model, ids, limit), skip_special_tokens=False) for ids in prompts]
