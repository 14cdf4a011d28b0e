"""What Amplifier is told of a model of the catalogue."""

from __future__ import annotations

from webllm_provider._wire import ModelRecord
from webllm_provider.models import record_info

RECORD: ModelRecord = {
    "id": "mine",
    "name": "Mine",
    "devices": ["cpu"],
    "download_bytes": 5,
    "memory_mb": 900.0,
    "context_window": 1024,
    "quantization": "Q8_0",
    "required_features": [],
    "low_resource": False,
    "embedded": False,
}


def test_a_model_is_told_with_its_kind_its_quality_and_its_tasks() -> None:
    record: ModelRecord = {**RECORD, "kind": "text", "quality": 42, "tasks": ["code"], "custom": True}
    metadata = record_info(record).model_dump()["metadata"]
    told = {name: metadata[name] for name in ("kind", "quality", "tasks", "custom")}
    assert told == {"kind": "text", "quality": 42, "tasks": ["code"], "custom": True}


def test_what_an_engine_does_not_tell_is_not_made_up() -> None:
    metadata = record_info(RECORD).model_dump()["metadata"]
    assert not {"kind", "quality", "tasks", "custom"} & set(metadata)
