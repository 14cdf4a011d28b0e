"""The network again, in TVM's `relax.frontend.nn`: what becomes WebGPU shaders.

WebLLM calls these functions of the library: `embed`, `prefill`, `decode`, `softmax_with_temperature` and
`create_tir_paged_kv_cache`. Their names and arguments are read from its call sites (web-llm 0.2.86).
"""

from __future__ import annotations

import math
from typing import Any

from tvm import relax, te, tirx
from tvm.relax.frontend import nn
from tvm.relax.frontend.nn import op
from tvm.relax.frontend.nn.llm._kernel_common import RopeMode
from tvm.relax.frontend.nn.llm.kv_cache import PagedKVCache, TIRPagedKVCache
from tvm.target import Target

from ..spec import Shape

DTYPE = "float32"


class Attention(nn.Module):
    """All heads at once; the cache rotates, stores and attends."""

    def __init__(self, shape: Shape, layer: int) -> None:
        self.shape, self.layer = shape, layer
        width = shape.heads * shape.head_dim
        self.qkv = nn.Linear(shape.hidden_size, 3 * width, bias=False)
        self.out = nn.Linear(width, shape.hidden_size, bias=False)

    def forward(self, x: nn.Tensor, cache: PagedKVCache) -> nn.Tensor:
        heads, head_dim = self.shape.heads, self.shape.head_dim
        batch, length, _ = x.shape
        qkv = op.reshape(self.qkv(x), (batch, length, 3 * heads, head_dim))
        mixed = cache.attention_with_fused_qkv(self.layer, qkv, heads, 1 / math.sqrt(head_dim))
        return self.out(op.reshape(mixed, (batch, length, heads * head_dim)))


class Block(nn.Module):
    """One layer; the names match the PyTorch model, so that weights need no renaming."""

    def __init__(self, shape: Shape, layer: int) -> None:
        self.attention_norm = nn.RMSNorm(shape.hidden_size, -1, shape.norm_epsilon, bias=False)
        self.attention = Attention(shape, layer)
        self.mlp_norm = nn.RMSNorm(shape.hidden_size, -1, shape.norm_epsilon, bias=False)
        self.gate_up = nn.Linear(shape.hidden_size, 2 * shape.intermediate_size, bias=False)
        self.down = nn.Linear(shape.intermediate_size, shape.hidden_size, bias=False)

    def forward(self, x: nn.Tensor, cache: PagedKVCache) -> nn.Tensor:
        x = x + self.attention(self.attention_norm(x), cache)
        gate, up = op.split(self.gate_up(self.mlp_norm(x)), 2, axis=-1)
        return x + self.down(op.silu(gate) * up)


def _last(x: nn.Tensor) -> nn.Tensor:
    """The last position of (1, length, hidden_size), as (1, 1, hidden_size)."""

    def pick(source: te.Tensor) -> te.Tensor:
        batch, length, size = source.shape
        return te.compute((batch, 1, size), lambda i, _, k: source[i, length - 1, k], name="last")

    return op.tensor_expr_op(pick, name_hint="last", args=[x])


class LlamaForWebLLM(nn.Module):
    """What the library exports."""

    def __init__(self, shape: Shape, target: Target) -> None:
        self.shape, self.target = shape, target
        self.embedding = nn.Parameter((shape.vocab_size, shape.hidden_size), dtype=DTYPE)
        self.blocks = nn.ModuleList([Block(shape, layer) for layer in range(shape.layers)])
        self.norm = nn.RMSNorm(shape.hidden_size, -1, shape.norm_epsilon, bias=False)

    def embed(self, input_ids: nn.Tensor) -> nn.Tensor:
        """Token ids (length) to embeddings (length, hidden_size)."""
        return op.take(self.embedding, input_ids, axis=0)

    def _logits(self, x: nn.Tensor) -> nn.Tensor:
        return op.matmul(self.norm(x), op.permute_dims(self.embedding))

    def prefill(self, input_embed: nn.Tensor, paged_kv_cache: PagedKVCache) -> tuple[nn.Tensor, PagedKVCache]:
        """Embeddings (1, length, hidden_size) to the logits of the last position, (1, 1, vocab_size)."""
        x = input_embed
        for block in self.blocks:
            x = block(x, paged_kv_cache)
        return self._logits(_last(x)), paged_kv_cache

    def decode(self, input_embed: nn.Tensor, paged_kv_cache: PagedKVCache) -> tuple[nn.Tensor, PagedKVCache]:
        """The same for one token."""
        x = input_embed
        for block in self.blocks:
            x = block(x, paged_kv_cache)
        return self._logits(x), paged_kv_cache

    def softmax_with_temperature(self, logits: nn.Tensor, temperature: nn.Tensor) -> nn.Tensor:
        """Probabilities of (batch, 1, vocab_size) logits; one temperature for each row."""
        return op.softmax(logits / op.reshape(temperature, (temperature.shape[0], 1, 1)), axis=-1)

    def create_tir_paged_kv_cache(
        self,
        max_batch_size: tirx.Var,
        max_total_seq_len: tirx.Var,
        prefill_chunk_size: tirx.Var,
        page_size: tirx.Var,
        support_sliding_window: tirx.Var,
    ) -> PagedKVCache:
        """An empty cache of the lengths that WebLLM passes."""
        shape = self.shape
        return TIRPagedKVCache(
            attn_kind="mha",
            max_batch_size=max_batch_size,
            max_total_seq_len=max_total_seq_len,
            prefill_chunk_size=prefill_chunk_size,
            page_size=page_size,
            support_sliding_window=support_sliding_window,
            layer_partition=relax.ShapeExpr([0, shape.layers]),
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            num_key_value_heads=shape.heads,
            qk_head_dim=shape.head_dim,
            v_head_dim=shape.head_dim,
            mla_original_qk_head_dim=0,
            mla_original_v_head_dim=0,
            rope_mode=RopeMode.NORMAL,
            rope_scale=1,
            rope_theta=int(shape.rope_theta),
            rope_scaling={},
            # No factors; a tensor here is not accepted by the rotary kernel.
            rope_ext_factors=relax.prim_value(0),
            rotary_dim=shape.head_dim,
            enable_disaggregation=False,
            dtype=DTYPE,
            target=self.target,
        )


def method_specs(shape: Shape) -> dict[str, Any]:
    """The argument shapes of each exported function; strings are lengths known only when it runs."""
    with_weights = {"param_mode": "packed", "effect_mode": "none"}
    alone = {"param_mode": "none", "effect_mode": "none"}
    cache = nn.spec.Object(object_type=PagedKVCache)
    return {
        "embed": {"input_ids": nn.spec.Tensor(["seq_len"], "int32"), "$": with_weights},
        "prefill": {
            "input_embed": nn.spec.Tensor([1, "seq_len", shape.hidden_size], DTYPE),
            "paged_kv_cache": cache,
            "$": with_weights,
        },
        "decode": {
            "input_embed": nn.spec.Tensor([1, 1, shape.hidden_size], DTYPE),
            "paged_kv_cache": cache,
            "$": with_weights,
        },
        "softmax_with_temperature": {
            "logits": nn.spec.Tensor([1, 1, shape.vocab_size], DTYPE),
            "temperature": nn.spec.Tensor([1], DTYPE),
            "$": alone,
        },
        "create_tir_paged_kv_cache": {
            "max_batch_size": int,
            "max_total_seq_len": int,
            "prefill_chunk_size": int,
            "page_size": int,
            "support_sliding_window": int,
            "$": alone,
        },
    }
