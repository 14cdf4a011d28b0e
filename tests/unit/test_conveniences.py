"""Callers without hooks, with dicts, with Pydantic models: the same provider, in their words."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from amplifier_core.message_models import ChatRequest, Message, ResponseFormatJson
from pydantic import BaseModel, field_validator

from webllm_provider import RequestRefused
from webllm_provider._wire import LoadedModel
from webllm_provider.errors import AnswerInvalid, DownloadFailed
from webllm_provider.structured import structured
from webllm_provider.testing import answer, failure, loaded_model

from .test_provider import HI, Bench

ASK = {"messages": [{"role": "user", "content": "Hi"}]}


def json_model() -> LoadedModel:
    model = loaded_model()
    model["capabilities"]["json_schema"] = True
    return model


class Tea(BaseModel):
    name: str
    grams: int

    @field_validator("grams")
    @classmethod
    def enough(cls, value: int) -> int:
        if value < 2:
            raise ValueError("too little for a cup")
        return value


async def test_text_is_told_to_a_callback_as_it_is_written() -> None:
    bench = Bench(answer("<think>Hm.</think>", "Hel", "lo."))
    chunks: list[dict[str, str]] = []
    response = await bench.provider.complete_streaming(ASK, chunks.append)
    assert chunks == [{"type": "delta", "content": "Hel"}, {"type": "delta", "content": "lo."}]
    assert response.model_dump()["text"] == "Hello."


async def test_the_callback_may_be_a_coroutine_function_and_what_it_was_told_is_not_taken_back() -> None:
    chunks: list[str] = []

    async def hear(chunk: dict[str, str]) -> None:
        chunks.append(chunk["content"])

    bench = Bench([*answer("Hal")[:2], failure("download_failed")], answer("Hello"), use_streaming=False)
    with pytest.raises(DownloadFailed):
        await bench.provider.complete_streaming(ASK, hear)
    assert chunks == ["Hal"]
    assert len(bench.transport.bodies) == 1
    assert "llm:stream_aborted" not in bench.names


async def test_tools_may_be_written_as_openai_has_them() -> None:
    bench = Bench(answer("Hello."))
    tool = {"type": "function", "function": {"name": "notes", "parameters": {"type": "object"}}}
    await bench.provider.complete({**ASK, "tools": [tool]})
    assert "notes" in str(bench.transport.bodies[0]["messages"][0]["content"])


@pytest.mark.parametrize("request_", [7, "Hi", None, {"messages": [{"role": "king", "content": "Hi"}]}])
async def test_what_is_no_request_is_refused_by_a_typed_error(request_: Any) -> None:
    with pytest.raises(RequestRefused):
        await Bench().provider.complete(request_)


@pytest.mark.parametrize("timeout", ["abc", 0, -1, True, float("nan"), float("inf"), [3]])
async def test_a_timeout_that_is_none_is_refused_by_name(timeout: Any) -> None:
    with pytest.raises(RequestRefused, match="timeout must be a number of seconds") as caught:
        await Bench(answer("x")).provider.complete(HI, timeout=timeout)
    assert caught.value.details == {"field": "timeout"}


async def test_a_pydantic_model_comes_back_as_its_object() -> None:
    bench = Bench(answer('{"name": "Sencha", ', '"grams": 4}'))
    bench.transport.model = json_model()
    tea = await bench.provider.structured(ASK, Tea)
    assert tea == Tea(name="Sencha", grams=4)
    sent: Any = bench.transport.bodies[0]["response_format"]
    assert sent["json_schema"]["schema"] == Tea.model_json_schema()


async def test_an_engine_without_schemas_is_asked_in_words_and_its_fence_is_taken_off() -> None:
    bench = Bench(answer('```json\n{"name": "Sencha", "grams": 4}\n```'))
    tea = await structured(bench.provider, HI, Tea)
    assert tea.grams == 4
    assert "Answer with JSON only" in str(bench.transport.bodies[0]["messages"][0]["content"])
    assert "response_format" not in bench.transport.bodies[0]


@pytest.mark.parametrize(
    ("text", "reason", "why"),
    [
        ('{"name": "Sen', "length", "greatest length"),
        ("Sure!", "stop", "not JSON"),
        ('{"name": "Sencha"}', "stop", "lacks grams"),
        ('{"name": "Sencha", "grams": 1}', "stop", "too little for a cup"),
    ],
)
async def test_what_is_no_such_object_is_an_error_with_the_text(text: str, reason: Any, why: str) -> None:
    bench = Bench(answer(*text, reason=reason))
    bench.transport.model = json_model()
    with pytest.raises(AnswerInvalid, match=why) as caught:
        await bench.provider.structured(HI, Tea)
    assert caught.value.partial == text
    assert len(bench.transport.bodies) == 1


async def test_an_answer_that_was_to_be_json_is_checked_by_complete_too() -> None:
    bench = Bench(answer('{"a": [1,', reason="length"))
    asked = ChatRequest(messages=[Message(role="user", content="Hi")], response_format=ResponseFormatJson())
    with pytest.raises(AnswerInvalid, match="greatest length") as caught:
        await bench.provider.complete(asked)
    assert caught.value.partial == '{"a": [1,'
    assert bench.of("llm:response")[0]["status"] == "error"


async def test_the_readme_s_lines_run_as_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"^```py\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    bench = Bench(answer('{"name": "Sencha", "grams": 4}'), answer("Hel", "lo."))
    names: dict[str, Any] = {"provider": bench.provider, "Tea": Tea, "request": ASK}
    await eval(compile(lines, "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
    assert names["tea"] == Tea(name="Sencha", grams=4)
    assert capsys.readouterr().out == "Hello."
