"""The model as GGUF, for llama.cpp."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import numpy as np

from ..data.chat import JINJA
from ..spec import MODEL_ID, SHAPE, SPECIAL_TOKENS, Shape
from .weights import Floats


def _interleaved(weight: Floats, shape: Shape) -> Floats:
    """Reorder the rows of a query or key matrix: llama.cpp rotates neighbours, not halves, of each head."""
    half = shape.head_dim // 2
    rows = weight.reshape(shape.heads, 2, half, shape.hidden_size)
    return np.ascontiguousarray(rows.swapaxes(1, 2)).reshape(weight.shape)


def tensors(weights: dict[str, Floats], shape: Shape) -> dict[str, Floats]:
    """The weights under llama.cpp's names. The output matrix is the embedding, so it is left out."""
    found = {"token_embd.weight": weights["embedding.weight"], "output_norm.weight": weights["norm.weight"]}
    for layer in range(shape.layers):
        mine, theirs = f"blocks.{layer}", f"blk.{layer}"
        q, k, v = np.split(weights[f"{mine}.qkv.weight"], 3)
        gate, up = np.split(weights[f"{mine}.gate_up.weight"], 2)
        found |= {
            f"{theirs}.attn_norm.weight": weights[f"{mine}.attention_norm.weight"],
            f"{theirs}.attn_q.weight": _interleaved(q, shape),
            f"{theirs}.attn_k.weight": _interleaved(k, shape),
            f"{theirs}.attn_v.weight": v,
            f"{theirs}.attn_output.weight": weights[f"{mine}.out.weight"],
            f"{theirs}.ffn_norm.weight": weights[f"{mine}.mlp_norm.weight"],
            f"{theirs}.ffn_gate.weight": gate,
            f"{theirs}.ffn_up.weight": up,
            f"{theirs}.ffn_down.weight": weights[f"{mine}.down.weight"],
        }
    return found


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Path) -> None:
    model = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]
    names = sorted(model["vocab"], key=model["vocab"].__getitem__)
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(names)
    writer.add_token_types([control if name in SPECIAL_TOKENS else normal for name in names])
    writer.add_token_merges([pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_eot_token_id(2)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(JINJA)


def write(weights: dict[str, Floats], tokenizer: Path, path: Path) -> None:
    """One file, 32 bits a weight."""
    shape = SHAPE
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(MODEL_ID)
    writer.add_license("mit")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_vocab_size(shape.vocab_size)
    writer.add_context_length(shape.context_window)
    writer.add_embedding_length(shape.hidden_size)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.intermediate_size)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_rope_dimension_count(shape.head_dim)
    writer.add_rope_freq_base(shape.rope_theta)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)
    _add_tokenizer(writer, tokenizer)
    for name, values in tensors(weights, shape).items():
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
