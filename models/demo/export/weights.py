"""The trained weights, rounded once so that every format holds the very same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ..spec import SHAPE
from ..train.llama import Llama

Floats = NDArray[np.float32]


def rounded(path: Path) -> Llama:
    """The trained model with each weight rounded to bfloat16.

    WebLLM's shards then hold 16 bits a weight without loss, the GGUF compresses well, and the reference
    logits, computed from the same numbers, can be compared closely with both engines.
    """
    model = Llama(SHAPE)
    model.load_state_dict(torch.load(path, weights_only=True))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.to(torch.bfloat16).float())
    return model.eval()


def arrays(model: Llama) -> dict[str, Floats]:
    """Every parameter under its PyTorch name."""
    return {name: value.detach().numpy().astype(np.float32) for name, value in model.named_parameters()}
