"""A model for vectors that needs no download: the demo model's own file, the mean of what it makes."""

from __future__ import annotations

from collections.abc import Sequence

NEAR = ["What is this application?", "What is this application", "The weather in Paris is grey"]
"""Two texts that say the same, and one that says something else."""


def vectors_of(site: str) -> dict[str, str]:
    """What `add_model` takes."""
    return {"id": "demo-vectors", "kind": "embedding", "gguf_url": f"{site}models/demo/demo.gguf"}


def dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
