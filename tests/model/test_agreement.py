"""Weights, library, tokenizer and both formats describe one and the same model."""

from __future__ import annotations

from typing import Any

import gguf
import numpy as np
from tokenizers import Tokenizer

from .conftest import Tensors, load


def _numbers(tensors: Tensors) -> int:
    return sum(values.size for values in tensors.values())


def test_the_weights_are_those_that_the_library_asks_for(
    library: dict[str, Any], tensor_cache: Tensors
) -> None:
    asked = {param["name"]: param["shape"] for param in library["params"]}
    assert asked == {name: list(values.shape) for name, values in tensor_cache.items()}
    assert {param["dtype"] for param in library["params"]} == {"float32"}


def test_the_library_was_compiled_for_the_configured_lengths(
    library: dict[str, Any], config: dict[str, Any], manifest: dict[str, Any]
) -> None:
    for name in ("context_window_size", "prefill_chunk_size", "sliding_window_size", "attention_sink_size"):
        assert library[name] == config[name], name
    assert library["quantization"] == config["quantization"] == "q0f32"
    assert config["context_window_size"] == manifest["context_window_size"] == 2048


def test_the_vocabulary_has_one_size_everywhere(
    config: dict[str, Any], tensor_cache: Tensors, tokenizer: Tokenizer, manifest: dict[str, Any]
) -> None:
    rows = tensor_cache["embedding"].shape[0]
    assert rows == config["vocab_size"] == tokenizer.get_vocab_size() == manifest["vocab_size"]


def test_the_stop_tokens_are_the_ends_of_turn_and_text(config: dict[str, Any], tokenizer: Tokenizer) -> None:
    names = [tokenizer.id_to_token(token) for token in config["conv_template"]["stop_token_ids"]]
    assert names == ["<|im_end|>", "<|endoftext|>"]


def test_the_gguf_holds_the_same_tokens_in_the_same_order(
    gguf_file: gguf.GGUFReader, tokenizer: Tokenizer
) -> None:
    tokens = gguf_file.fields["tokenizer.ggml.tokens"].contents()
    assert tokens == [tokenizer.id_to_token(index) for index in range(tokenizer.get_vocab_size())]
    merges = load("webllm/tokenizer.json")["model"]["merges"]
    assert gguf_file.fields["tokenizer.ggml.merges"].contents() == [
        pair if isinstance(pair, str) else " ".join(pair) for pair in merges
    ]


def test_the_gguf_holds_the_same_numbers(gguf_file: gguf.GGUFReader, tensor_cache: Tensors) -> None:
    tensors = {tensor.name: tensor.data for tensor in gguf_file.tensors}
    assert np.array_equal(tensors["token_embd.weight"], tensor_cache["embedding"])
    layer = "blocks.0.attention.qkv.weight"
    q, _, v = np.split(tensor_cache[layer], 3)
    assert np.array_equal(tensors["blk.0.attn_v.weight"], v)
    # llama.cpp rotates neighbouring rows where WebLLM rotates halves of a head: the same rows, reordered.
    heads = q.reshape(-1, 2, 32, q.shape[1]).swapaxes(1, 2).reshape(q.shape)
    assert np.array_equal(tensors["blk.0.attn_q.weight"], heads)
    # The output matrix is the embedding in both, and stored once.
    assert _numbers(tensors) == _numbers(tensor_cache)


def test_grammars_are_told_that_tokens_stand_for_bytes(config: dict[str, Any]) -> None:
    assert config["tokenizer_info"]["token_postproc_method"] == "byte_level"


def test_reference_logits_cover_the_vocabulary_and_use_the_shipped_tokenizer(
    config: dict[str, Any], tokenizer: Tokenizer
) -> None:
    for prompt in load("reference_logits.json")["prompts"]:
        assert len(prompt["logits"]) == config["vocab_size"]
        assert tokenizer.encode(prompt["text"]).ids == prompt["ids"], prompt["name"]
