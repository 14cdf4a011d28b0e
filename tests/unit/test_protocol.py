"""The schema, its examples, the recorded exchanges and the generated types agree."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from webllm_provider import _wire

PROTOCOL = Path(__file__).resolve().parents[2] / "protocol"
SCHEMA: dict[str, Any] = json.loads((PROTOCOL / "wire.schema.json").read_text())
EXAMPLES = sorted((PROTOCOL / "examples").glob("*/*.json"))
TRANSCRIPTS = sorted((PROTOCOL / "transcripts").glob("*.jsonl"))
OBJECTS = sorted(name for name, part in SCHEMA["$defs"].items() if part.get("type") == "object")


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


def test_the_schema_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_example_is_valid_for_the_type_of_its_folder(path: Path) -> None:
    validator(path.parent.name).validate(json.loads(path.read_text()))


@pytest.mark.parametrize("name", OBJECTS)
def test_every_type_has_an_example(name: str) -> None:
    assert list((PROTOCOL / "examples" / name).glob("*.json"))


@pytest.mark.parametrize("name", OBJECTS)
def test_a_member_that_nobody_defined_is_refused(name: str) -> None:
    example = json.loads(next((PROTOCOL / "examples" / name).glob("*.json")).read_text())
    assert not validator(name).is_valid({**example, "surprise": 1})


def test_no_example_has_a_type_that_the_schema_lacks() -> None:
    assert {path.parent.name for path in EXAMPLES} <= set(SCHEMA["$defs"])


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_every_line_of_a_transcript_is_a_message_of_its_direction(path: Path) -> None:
    sides = {"client": "ClientMessage", "engine": "EngineMessage"}
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        validator(sides[entry["direction"]]).validate(entry["message"])


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_batches_of_a_transcript_are_numbered_without_a_gap(path: Path) -> None:
    numbers: dict[str, list[int]] = {}
    for line in path.read_text().splitlines():
        message = json.loads(line)["message"]
        if message["type"] == "batch":
            numbers.setdefault(message["id"], []).append(message["sequence"])
    assert numbers
    for found in numbers.values():
        assert found == list(range(len(found)))


def test_the_four_scenarios_are_recorded() -> None:
    assert {path.stem for path in TRANSCRIPTS} >= {"text", "tool_call", "cancelled", "device_lost"}


@pytest.mark.parametrize("name", sorted(SCHEMA["$defs"]))
def test_every_type_of_the_schema_has_a_python_type_of_its_title(name: str) -> None:
    assert SCHEMA["$defs"][name]["title"] == name
    assert hasattr(_wire, name)


def test_the_error_codes_of_schema_and_types_are_the_same() -> None:
    assert list(get_args(_wire.ErrorCode)) == SCHEMA["$defs"]["ErrorCode"]["enum"]


def test_the_protocol_range_is_that_of_the_schema() -> None:
    assert SCHEMA["x-protocol"] == _wire.PROTOCOL


def test_the_python_types_are_what_the_generator_makes() -> None:
    from protocol import generate

    assert generate.main(["--check", "--only", "python"]) == 0
