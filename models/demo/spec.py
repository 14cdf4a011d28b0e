"""The one place that says what the demo model is: its names and its shape."""

from __future__ import annotations

from dataclasses import dataclass

MODEL_ID = "webllm-demo-1-q0f32"
VERSION = 1

END_OF_TEXT, TURN_START, TURN_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIAL_TOKENS = (END_OF_TEXT, TURN_START, TURN_END)
"""Their ids are their positions: 0, 1 and 2."""


@dataclass(frozen=True)
class Shape:
    """A Llama-style transformer; every length is a number of elements."""

    vocab_size: int = 1408
    hidden_size: int = 256
    layers: int = 3
    heads: int = 4
    head_dim: int = 64
    intermediate_size: int = 512
    rope_theta: float = 10000.0
    norm_epsilon: float = 1e-5
    context_window: int = 2048
    prefill_chunk: int = 512


SHAPE = Shape()
