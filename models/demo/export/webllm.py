"""The model in WebLLM's format: tensor cache, chat configuration, tokenizer."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from ..data.chat import WEBLLM_TEMPLATE
from ..spec import SHAPE, TURN_END, Shape
from .weights import Floats

SHARD_BYTES = 32 * 1024 * 1024


def library_name(name: str) -> str:
    """A parameter's name in the compiled library (`demo.compile.graph`)."""
    return name.replace(".qkv.", ".attention.qkv.").replace(".out.", ".attention.out.").replace(
        "embedding.weight", "embedding"
    )  # fmt: skip


def _bfloat16(values: Floats) -> bytes:
    bits = np.ascontiguousarray(values).view(np.uint32)
    if np.any(bits & 0xFFFF):
        raise ValueError("weights are not rounded to bfloat16")
    return (bits >> 16).astype("<u2").tobytes()


def write_tensor_cache(weights: dict[str, Floats], folder: Path) -> None:
    """`params_shard_*.bin` and their table of contents, 16 bits a weight."""
    shards: list[tuple[list[dict[str, object]], bytearray]] = []
    for name, values in weights.items():
        data = _bfloat16(values)
        if not shards or len(shards[-1][1]) + len(data) > SHARD_BYTES:
            shards.append(([], bytearray()))
        records, held = shards[-1]
        records.append(
            {
                "name": library_name(name),
                "shape": list(values.shape),
                "dtype": "float32",
                "format": "f32-to-bf16",
                "nbytes": len(data),
                "byteOffset": len(held),
            }
        )
        held += data
    table = []
    for index, (records, held) in enumerate(shards):
        path = folder / f"params_shard_{index}.bin"
        path.write_bytes(held)
        digest = hashlib.md5(held, usedforsecurity=False).hexdigest()
        entry = {"dataPath": path.name, "format": "raw-shard", "nbytes": len(held), "records": records}
        table.append({**entry, "md5sum": digest})
    total = sum(len(held) for _, held in shards)
    count = sum(values.size for values in weights.values())
    facts = {"ParamSize": len(weights), "ParamBytes": total, "BitsPerParam": 8 * total / count}
    text = json.dumps({"metadata": facts, "records": table}, indent=1)
    (folder / "tensor-cache.json").write_text(text + "\n", encoding="utf-8")


def chat_config(shape: Shape) -> dict[str, object]:
    """`mlc-chat-config.json`; temperature 0, because the answers are meant word for word."""
    return {
        "version": "0.1.0",
        "model_type": "llama",
        "quantization": "q0f32",
        "model_config": {
            "hidden_size": shape.hidden_size,
            "intermediate_size": shape.intermediate_size,
            "num_attention_heads": shape.heads,
            "num_key_value_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "head_dim": shape.head_dim,
            "rms_norm_eps": shape.norm_epsilon,
            "position_embedding_base": shape.rope_theta,
            "vocab_size": shape.vocab_size,
            "context_window_size": shape.context_window,
            "prefill_chunk_size": shape.prefill_chunk,
            "tie_word_embeddings": True,
        },
        "vocab_size": shape.vocab_size,
        "context_window_size": shape.context_window,
        "sliding_window_size": -1,
        "attention_sink_size": -1,
        "prefill_chunk_size": shape.prefill_chunk,
        "tensor_parallel_shards": 1,
        "temperature": 0.0,
        "top_p": 1.0,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "repetition_penalty": 1.0,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": [2, 0],
        "tokenizer_files": ["tokenizer.json", "tokenizer_config.json"],
        # XGrammar needs to know how token text stands for bytes.
        "tokenizer_info": {
            "token_postproc_method": "byte_level",
            "prepend_space_in_encode": False,
            "strip_space_in_decode": False,
        },
        "conv_template": WEBLLM_TEMPLATE,
    }


def write(weights: dict[str, Floats], tokenizer: Path, jinja: str, folder: Path) -> None:
    """Everything but the library."""
    folder.mkdir(parents=True, exist_ok=True)
    write_tensor_cache(weights, folder)
    config = json.dumps(chat_config(SHAPE), indent=1)
    (folder / "mlc-chat-config.json").write_text(config + "\n", encoding="utf-8")
    (folder / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    about = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": SHAPE.context_window,
        "eos_token": TURN_END,
        "pad_token": "<|endoftext|>",
        "add_bos_token": False,
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
        "chat_template": jinja,
    }
    text = json.dumps(about, indent=1)
    (folder / "tokenizer_config.json").write_text(text + "\n", encoding="utf-8")
