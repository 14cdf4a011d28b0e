"""The network in PyTorch: the reference that both engines are compared with."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..spec import SHAPE, Shape


class RMSNorm(nn.Module):
    """Root mean square normalisation over the last axis."""

    def __init__(self, size: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotary(length: int, shape: Shape) -> tuple[Tensor, Tensor]:
    """Cosines and sines for positions 0 to length - 1, each (length, head_dim / 2)."""
    half = torch.arange(0, shape.head_dim, 2, dtype=torch.float64) / shape.head_dim
    angles = torch.outer(torch.arange(length, dtype=torch.float64), shape.rope_theta**-half)
    return angles.cos().float(), angles.sin().float()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotate the first half of each head against its second half; x is (batch, heads, length, head_dim)."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class LayerCache:
    """Keys and values of the tokens so far, for one layer."""

    def __init__(self) -> None:
        self.keys: Tensor | None = None
        self.values: Tensor | None = None

    def extend(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Append, and return all."""
        self.keys = k if self.keys is None else torch.cat((self.keys, k), dim=2)
        self.values = v if self.values is None else torch.cat((self.values, v), dim=2)
        return self.keys, self.values

    def __len__(self) -> int:
        return 0 if self.keys is None else self.keys.shape[2]


class Block(nn.Module):
    """Attention and a gated feed-forward part, each behind a norm and added to its input."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, self.head_dim = shape.heads, shape.head_dim
        width = shape.heads * shape.head_dim
        self.attention_norm = RMSNorm(shape.hidden_size, shape.norm_epsilon)
        self.qkv = nn.Linear(shape.hidden_size, 3 * width, bias=False)
        self.out = nn.Linear(width, shape.hidden_size, bias=False)
        self.mlp_norm = RMSNorm(shape.hidden_size, shape.norm_epsilon)
        self.gate_up = nn.Linear(shape.hidden_size, 2 * shape.intermediate_size, bias=False)
        self.down = nn.Linear(shape.intermediate_size, shape.hidden_size, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, cache: LayerCache | None = None) -> Tensor:
        batch, length, _ = x.shape
        qkv = self.qkv(self.attention_norm(x)).view(batch, length, 3, self.heads, self.head_dim)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        if cache is not None:
            k, v = cache.extend(k, v)
        # One token sees all that is cached; several only come into an empty cache.
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=length > 1)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, length, -1))
        gate, up = self.gate_up(self.mlp_norm(x)).chunk(2, dim=-1)
        grown: Tensor = x + self.down(F.silu(gate) * up)
        return grown


class Llama(nn.Module):
    """Token ids (batch, length) to logits (batch, length, vocab_size); embeddings are tied."""

    def __init__(self, shape: Shape = SHAPE) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = RMSNorm(shape.hidden_size, shape.norm_epsilon)
        self.apply(self._initialise)
        self._tables = rotary(shape.context_window, shape)

    @staticmethod
    def _initialise(module: nn.Module) -> None:
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.04)

    def block(self, index: int) -> Block:
        """One layer."""
        found = self.blocks[index]
        assert isinstance(found, Block)
        return found

    def hidden(self, ids: Tensor, caches: list[LayerCache] | None = None) -> Tensor:
        """The normed hidden states, (batch, length, hidden_size).

        With caches (one for each layer) the ids go on from what they hold: a whole prompt into empty
        ones, then one token at a time.
        """
        begin = len(caches[0]) if caches else 0
        cos, sin = (table[begin : begin + ids.shape[1]] for table in self._tables)
        x = self.embedding(ids)
        for index in range(self.shape.layers):
            x = self.block(index)(x, cos, sin, caches[index] if caches else None)
        normed: Tensor = self.norm(x)
        return normed

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores of the next token for hidden states of any leading shape."""
        return F.linear(hidden, self.embedding.weight)

    def forward(self, ids: Tensor) -> Tensor:
        return self.logits(self.hidden(ids))
