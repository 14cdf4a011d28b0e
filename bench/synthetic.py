"""A model of 100 MB that is made here, out of the demo model's own files, and kept nowhere but in `build/`.

For llama.cpp it is a whole model: the demo's layers, over and over. WebLLM's compiled library has the
demo's shapes and takes no others: there the parameters are the demo's, and behind them lie shards whose
tensors nobody asks for. What a loader does with a shard, it does with each of these.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf

from bench.serving import MADE, ROOT

DEMO = ROOT / "models" / "demo" / "artifacts"
BYTES = 100_000_000
GGUF = "large.gguf"
"""In the folder that is served; WebLLM's files lie below `resolve/main/`."""
LAYER = re.compile(r"^blk\.(\d+)\.")
LAYERS = "llama.block_count"
SHARD_BYTES = 32 * 2**20
"""As large as those that MLC makes."""
TENSOR_BYTES = 4 * 2**20


def make(folder: Path = MADE) -> None:
    """Make both, where they are not there yet; a few seconds."""
    webllm = folder / "resolve" / "main"
    if not (folder / GGUF).exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_gguf(folder / GGUF)
    if not (webllm / "tensor-cache.json").exists():
        webllm.mkdir(parents=True, exist_ok=True)
        write_shards(webllm)


def write_gguf(path: Path, size: int = BYTES, source: Path = DEMO / "demo.gguf") -> None:
    """The model with as many copies of its layers as make `size` bytes."""
    reader = gguf.GGUFReader(source)
    layers = [tensor for tensor in reader.tensors if LAYER.match(tensor.name)]
    others = [tensor for tensor in reader.tensors if not LAYER.match(tensor.name)]
    count = len({_layer(tensor.name) for tensor in layers})
    each = sum(int(tensor.n_bytes) for tensor in layers) // count
    wanted = max(count, (size - sum(int(tensor.n_bytes) for tensor in others)) // each)
    unfinished = path.with_suffix(".part")
    writer = gguf.GGUFWriter(unfinished, "llama")
    for field in reader.fields.values():
        # What the writer says by itself.
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        value = wanted if field.name == LAYERS else field.contents()
        kind, *inner = field.types
        writer.add_key_value(field.name, value, kind, inner[-1] if inner else None)
    for tensor in others:
        writer.add_tensor(tensor.name, tensor.data)
    for number in range(wanted):
        for tensor in layers:
            if _layer(tensor.name) == number % count:
                writer.add_tensor(LAYER.sub(f"blk.{number}.", tensor.name), tensor.data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    unfinished.rename(path)


def _layer(name: str) -> int:
    found = LAYER.match(name)
    assert found is not None
    return int(found.group(1))


def write_shards(folder: Path, size: int = BYTES, source: Path = DEMO / "webllm") -> None:
    """The model's own files, and behind them shards with tensors that its library does not ask for."""
    for file in source.iterdir():
        if file.suffix != ".wasm":
            (folder / file.name).write_bytes(file.read_bytes())
    index: dict[str, Any] = json.loads((source / "tensor-cache.json").read_text(encoding="utf-8"))
    to_come = size - sum(int(shard["nbytes"]) for shard in index["records"])
    for number, nbytes in enumerate(_split(to_come, SHARD_BYTES)):
        content = random.Random(number).randbytes(nbytes)
        name = f"unused_shard_{number}.bin"
        (folder / name).write_bytes(content)
        index["records"].append(
            {
                "dataPath": name,
                "format": "raw-shard",
                "nbytes": nbytes,
                "records": list(_tensors(number, nbytes)),
                "md5sum": hashlib.md5(content).hexdigest(),
            }
        )
    # Last: it says that all the others are there.
    (folder / "tensor-cache.json").write_text(json.dumps(index), encoding="utf-8")


def _tensors(shard: int, nbytes: int) -> Iterator[dict[str, Any]]:
    offset = 0
    for number, length in enumerate(_split(nbytes, TENSOR_BYTES)):
        yield {
            "name": f"unused.{shard}.{number}",
            "shape": [length // 4],
            "dtype": "uint32",
            "format": "raw",
            "nbytes": length,
            "byteOffset": offset,
        }
        offset += length


def _split(size: int, most: int) -> Iterator[int]:
    """Whole words of four bytes, no part larger than `most`."""
    for begin in range(0, size - size % 4, most):
        yield min(most, size - size % 4 - begin)
