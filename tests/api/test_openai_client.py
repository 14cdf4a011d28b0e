"""The official Python client of OpenAI against the server, with an engine at the other end of a socket."""

from __future__ import annotations

import json
from typing import Any

import openai as official
import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel

from tests.api.conftest import Offering, hello, scripted, until
from webllm_provider.testing import Wait, answer, failure

ASKED: list[Any] = [{"role": "user", "content": "Hello?"}]
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Add two numbers.",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
        },
    },
}
CALL = '<tool_call>{"name": "add", "arguments": {"a": 1, "b": 2}}</tool_call>'


async def test_a_question_is_answered(openai: AsyncOpenAI, offer: Offering) -> None:
    engine = scripted(hello())
    await offer(engine)
    said = await openai.chat.completions.create(
        model="scripted-1", messages=ASKED, temperature=0.5, max_tokens=20
    )
    assert said.choices[0].message.content == "Hello"
    assert said.choices[0].finish_reason == "stop"
    assert said.usage is not None
    assert (said.usage.prompt_tokens, said.usage.completion_tokens) == (10, 2)
    body = engine.bodies[0]
    assert (body["temperature"], body["max_tokens"], body["model"]) == (0.5, 20, "scripted-1")
    assert body["messages"] == [{"role": "user", "content": "Hello?"}]


async def test_an_answer_streams_word_by_word(openai: AsyncOpenAI, offer: Offering) -> None:
    await offer(scripted(hello("One ", "two ", "three")))
    stream = await openai.chat.completions.create(
        model="scripted-1", messages=ASKED, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    texts = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    assert [text for text in texts if text] == ["One ", "two ", "three"]
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 3


async def test_a_client_that_leaves_stops_the_engine(openai: AsyncOpenAI, offer: Offering) -> None:
    engine = scripted([*answer("One ")[:2], Wait()], hello())
    await offer(engine)
    stream = await openai.chat.completions.create(model="scripted-1", messages=ASKED, stream=True)
    async for chunk in stream:
        if chunk.choices[0].delta.content:
            break
    await stream.close()
    await until(lambda: engine.cancelled == [0])
    # And the engine is free for the next.
    again = await openai.chat.completions.create(model="scripted-1", messages=ASKED)
    assert again.choices[0].message.content == "Hello"


async def test_a_client_that_leaves_before_the_answer_stops_the_engine(
    openai: AsyncOpenAI, offer: Offering
) -> None:
    engine = scripted([Wait()])
    await offer(engine)
    with pytest.raises(official.APITimeoutError):
        await openai.chat.completions.create(model="scripted-1", messages=ASKED, timeout=0.5)
    await until(lambda: engine.cancelled == [0])


@pytest.mark.parametrize("stream", [False, True])
async def test_a_tool_call_has_openais_shape(openai: AsyncOpenAI, offer: Offering, stream: bool) -> None:
    engine = scripted(answer(CALL[:20], CALL[20:]))
    await offer(engine)
    if stream:
        calls = []
        async for chunk in await openai.chat.completions.create(
            model="scripted-1", messages=ASKED, tools=[TOOL], tool_choice="required", stream=True
        ):
            calls += [call.function for choice in chunk.choices for call in choice.delta.tool_calls or ()]
        function: Any = calls[0]
    else:
        said = await openai.chat.completions.create(
            model="scripted-1", messages=ASKED, tools=[TOOL], tool_choice="required"
        )
        assert said.choices[0].finish_reason == "tool_calls"
        assert said.choices[0].message.content is None
        assert said.choices[0].message.tool_calls is not None
        call: Any = said.choices[0].message.tool_calls[0]
        function = call.function
    assert function.name == "add"
    assert json.loads(function.arguments) == {"a": 1, "b": 2}
    constraint = engine.bodies[0]["constraint"]
    assert constraint["at_least_one"]


async def test_a_call_and_its_result_go_on_as_a_conversation(openai: AsyncOpenAI, offer: Offering) -> None:
    engine = scripted(hello("Three."))
    await offer(engine)
    call: Any = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "add", "arguments": '{"a":1,"b":2}'},
    }
    said = await openai.chat.completions.create(
        model="scripted-1",
        tools=[TOOL],
        messages=[
            *ASKED,
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": "3"},
        ],
    )
    assert said.choices[0].message.content == "Three."
    sent = [message["content"] for message in engine.bodies[0]["messages"]]
    assert CALL in str(sent[2])
    assert "3" in str(sent[3])


class City(BaseModel):
    name: str
    people: int


async def test_an_answer_fits_its_json_schema(openai: AsyncOpenAI, offer: Offering) -> None:
    engine = scripted(answer('{"name": "Ulm", ', '"people": 130000}'))
    await offer(engine)
    said = await openai.chat.completions.parse(model="scripted-1", messages=ASKED, response_format=City)
    assert said.choices[0].message.parsed == City(name="Ulm", people=130000)
    wanted = engine.bodies[0]["response_format"]["json_schema"]["schema"]
    assert set(wanted["properties"]) == {"name", "people"}


async def test_a_text_goes_on(openai: AsyncOpenAI, offer: Offering) -> None:
    await offer(scripted(openings={"complete_text": answer(" upon", " a time")}))
    said = await openai.completions.create(model="scripted-1", prompt="Once", max_tokens=5)
    assert said.choices[0].text == " upon a time"
    stream = await openai.completions.create(model="scripted-1", prompt="Once", stream=True)
    assert "".join([chunk.choices[0].text async for chunk in stream]) == " upon a time"


@pytest.mark.parametrize("form", ["float", "base64"])
async def test_texts_become_vectors(openai: AsyncOpenAI, offer: Offering, form: Any) -> None:
    vectors = [[0.5, -1.0], [0.25, 2.0]]
    reply = {"type": "embeddings", "model": "scripted-1", "vectors": vectors, "prompt_tokens": 4}
    engine = scripted(replies={"embed": reply})
    await offer(engine)
    made = await openai.embeddings.create(model="scripted-1", input=["a", "b"], encoding_format=form)
    if form == "float":
        assert [one.embedding for one in made.data] == vectors
    assert [one.index for one in made.data] == [0, 1]
    # Left to itself the client asks for base64 and decodes it.
    plain = await openai.embeddings.create(model="scripted-1", input=["a", "b"])
    assert [one.embedding for one in plain.data] == vectors
    assert engine.commands[0]["input"] == ["a", "b"]


async def test_models_are_those_that_can_answer(openai: AsyncOpenAI, offer: Offering) -> None:
    await offer(scripted(model="first-1"))
    await offer(scripted(model="second-1"))
    assert {model.id async for model in openai.models.list()} == {"first-1", "second-1"}
    assert (await openai.models.retrieve("second-1")).id == "second-1"
    with pytest.raises(official.NotFoundError):
        await openai.models.retrieve("third-1")


@pytest.mark.parametrize("name", ["Scripted-1", "SCRIPTED", "default", "auto"])
async def test_names_that_people_carry_over_resolve(openai: AsyncOpenAI, offer: Offering, name: str) -> None:
    await offer(scripted(hello()))
    assert (await openai.chat.completions.create(model=name, messages=ASKED)).model == "scripted-1"


async def test_errors_are_the_clients_own(openai: AsyncOpenAI, offer: Offering) -> None:
    await offer(
        scripted([failure("context_exceeded", "Too long.")], [failure("busy")], [failure("internal")])
    )
    with pytest.raises(official.NotFoundError) as unknown:
        await openai.chat.completions.create(model="nobody", messages=ASKED)
    assert unknown.value.code == "model_not_found"
    with pytest.raises(official.BadRequestError) as wrong:
        await openai.chat.completions.create(model="scripted-1", messages=ASKED, temperature=3)
    assert wrong.value.param == "temperature"
    with pytest.raises(official.BadRequestError) as long:
        await openai.chat.completions.create(model="scripted-1", messages=ASKED)
    assert long.value.code == "context_length_exceeded"
    with pytest.raises(official.ConflictError):
        await openai.chat.completions.create(model="scripted-1", messages=ASKED)
    with pytest.raises(official.InternalServerError) as inner:
        await openai.chat.completions.create(model="scripted-1", messages=ASKED)
    assert "It failed" not in str(inner.value)


async def test_without_an_engine_the_answer_is_503(openai: AsyncOpenAI) -> None:
    with pytest.raises(official.InternalServerError) as nobody:
        await openai.chat.completions.create(model="scripted-1", messages=ASKED)
    assert nobody.value.status_code == 503
    assert nobody.value.code == "no_engine"


async def test_an_error_behind_the_head_ends_the_stream(openai: AsyncOpenAI, offer: Offering) -> None:
    await offer(scripted([*answer("One ")[:2], failure("engine_failed", "NaN everywhere.")]))
    stream = await openai.chat.completions.create(model="scripted-1", messages=ASKED, stream=True)
    heard: list[str | None] = []

    async def read() -> None:
        async for chunk in stream:
            heard.append(chunk.choices[0].delta.content)

    with pytest.raises(official.APIError, match="NaN everywhere"):
        await read()
    assert "One " in heard
