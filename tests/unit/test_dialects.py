"""Each family of models is told of tools in its own form, and what it writes in that form is read again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from amplifier_core.message_models import ChatRequest, Message, ToolSpec
from hypothesis import given
from hypothesis import strategies as st

from webllm_provider._dialects import DIALECTS, Dialect, dialect_of
from webllm_provider._request import prepare
from webllm_provider._response import Assembler
from webllm_provider.config import ProviderConfig
from webllm_provider.testing import answer, loaded_model

PARAMETERS: dict[str, Any] = {"type": "object", "properties": {"text": {"type": "string"}}}
TOOL = ToolSpec(name="notes", description="Keep notes.", parameters=PARAMETERS)
JSON_OBJECTS = st.dictionaries(st.text(max_size=8), st.text(max_size=20) | st.integers() | st.booleans())


@pytest.fixture(params=sorted(DIALECTS))
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return DIALECTS[request.param]


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("webllm-demo-1-q0f32", "default"),
        ("Hermes-3-Llama-3.1-8B-q4f16_1-MLC", "hermes"),
        ("Qwen2.5-0.5B-Instruct-q4f32_1-MLC", "hermes"),
        ("Qwen3-1.7B-q4f16_1-MLC", "hermes"),
        ("Qwen2-Math-7B-Instruct-q4f16_1-MLC", "default"),
        ("DeepSeek-R1-Distill-Qwen-7B-q4f16_1-MLC", "default"),
        ("Llama-3.2-1B-Instruct-q4f16_1-MLC", "llama3"),
        ("llama3.2:3b", "llama3"),
        ("Llama-2-7b-chat-hf-q4f16_1-MLC", "default"),
        ("Mistral-7B-Instruct-v0.3-q4f16_1-MLC", "mistral"),
        ("Mistral-7B-Instruct-v0.2-q4f16_1-MLC", "default"),
        ("Phi-4-mini-instruct-q4f16_1-MLC", "phi4"),
        ("Phi-3.5-mini-instruct-q4f16_1-MLC", "default"),
        ("SmolLM2-360M-Instruct-q0f16-MLC", "default"),
    ],
)
def test_a_model_speaks_the_dialect_of_its_family(model: str, name: str) -> None:
    assert dialect_of(loaded_model(model)).name == name


def test_what_an_engine_announces_goes_before_the_name_of_the_model() -> None:
    assert dialect_of({**loaded_model("Qwen3-8B"), "dialect": "llama3"}).name == "llama3"


def calls_in(text: str, dialect: Dialect, tools: tuple[ToolSpec, ...] = (TOOL,)) -> Any:
    schemas = {tool.name: tool.parameters for tool in tools}
    assembler = Assembler(schemas=schemas, syntax=dialect.syntax)
    for event in answer(*text):
        list(assembler.feed(event))
    return assembler.response()


@pytest.mark.parametrize("name", sorted(DIALECTS))
@given(calls=st.lists(JSON_OBJECTS, min_size=1, max_size=3), before=st.sampled_from(["", "I look it up.\n"]))
def test_calls_come_back_as_they_were_written(name: str, calls: list[dict[str, Any]], before: str) -> None:
    dialect = DIALECTS[name]
    tool = ToolSpec(name="notes", description="", parameters={"type": "object"})
    written = before + dialect.calls([("notes", arguments) for arguments in calls])
    response = calls_in(written, dialect, (tool,))
    assert [call.arguments for call in response.tool_calls] == calls
    assert (response.text or "").strip() == before.strip()


def test_what_a_constraint_allows_is_what_the_dialect_reads(dialect: Dialect) -> None:
    tag = dialect.tag("notes", PARAMETERS)
    assert tag["begin"].startswith(dialect.syntax.opens[0])
    one = tag["begin"] + json.dumps({"text": "tea }]"}) + tag["end"]
    response = calls_in(f"Yes. {one}{one}", dialect)
    assert [call.arguments for call in response.tool_calls] == [{"text": "tea }]"}] * 2


def test_the_tools_stand_in_the_system_text_with_name_words_and_schema(dialect: Dialect) -> None:
    told = dialect.tools([TOOL])
    assert "notes" in told
    assert "Keep notes." in told
    assert json.dumps(PARAMETERS) in told


def test_a_result_cannot_close_its_own_frame(dialect: Dialect) -> None:
    closing = dialect.result("notes", "x").rsplit("\n", 1)[-1]
    assert dialect.result("notes", f"x{closing}y").count(closing) == 1


def test_a_request_is_written_in_the_dialect_of_the_model_that_will_answer() -> None:
    loaded = loaded_model("Llama-3.2-3B-Instruct-q4f32_1-MLC", constraint="structural_tag")
    request = ChatRequest(messages=[Message(role="user", content="Hi")], tools=[TOOL])
    prepared = prepare(request, {}, ProviderConfig(), loaded)
    assert '"parameters"' in str(prepared.body["messages"][0]["content"])
    assert prepared.body["constraint"]["triggers"] == ['{"name": "']
    assert prepared.body["constraint"]["tags"][0]["begin"] == '{"name": "notes", "parameters": '
