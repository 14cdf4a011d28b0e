"""The committed artefacts of the demo model, read once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer

ARTIFACTS = Path(__file__).resolve().parents[2] / "models" / "demo" / "artifacts"
Tensors = dict[str, NDArray[np.float32]]


def load(name: str) -> Any:
    """One JSON file of the artefacts."""
    return json.loads((ARTIFACTS / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = load("manifest.json")
    return found


@pytest.fixture(scope="session")
def config() -> dict[str, Any]:
    found: dict[str, Any] = load("webllm/mlc-chat-config.json")
    return found


@pytest.fixture(scope="session")
def library() -> dict[str, Any]:
    """What the compiled library says of itself: the metadata lies in it as plain JSON."""
    data = (ARTIFACTS / "webllm/demo-webgpu.wasm").read_bytes()
    begin = re.search(rb'\{"model_type": "llama"', data)
    assert begin is not None, "the library holds no metadata"
    text = data[begin.start() : begin.start() + 100_000].decode("utf-8", errors="replace")
    found: dict[str, Any] = json.JSONDecoder().raw_decode(text)[0]
    return found


@pytest.fixture(scope="session")
def tensor_cache() -> Tensors:
    """WebLLM's weights: 16 bits each, the upper half of a 32-bit float."""
    found: Tensors = {}
    for shard in load("webllm/tensor-cache.json")["records"]:
        data = (ARTIFACTS / "webllm" / shard["dataPath"]).read_bytes()
        assert len(data) == shard["nbytes"]
        for record in shard["records"]:
            assert record["format"] == "f32-to-bf16"
            half = np.frombuffer(data, "<u2", record["nbytes"] // 2, record["byteOffset"])
            found[record["name"]] = (half.astype("<u4") << 16).view("<f4").reshape(record["shape"])
    return found


@pytest.fixture(scope="session")
def gguf_file() -> gguf.GGUFReader:
    return gguf.GGUFReader(ARTIFACTS / "demo.gguf")


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(ARTIFACTS / "webllm/tokenizer.json"))
