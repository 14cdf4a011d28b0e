"""The transport to a server, over a double of the network: its requests, its clocks, its secrets."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from amplifier_core.message_models import ChatRequest, Message, ToolCallBlock, ToolSpec

from webllm_provider import (
    AnswerInvalid,
    BridgeMissing,
    HttpTransport,
    RequestRefused,
    ServerUnavailable,
    TooManyRequests,
    WebLLMProvider,
)
from webllm_provider._http.fetch import HttpxFetcher, Reply
from webllm_provider._wire import CompletionBody, StreamEvent

BASE = "https://server.example/v1"
KEY = "sk-very-secret-123"
HI: CompletionBody = {"messages": [{"role": "user", "content": "Hi"}]}
HELLO = ChatRequest(messages=[Message(role="user", content="Hi")])
NOTES = ToolSpec(name="notes", description="Keeps notes", parameters={"type": "object", "properties": {}})

Handler = Callable[[httpx.Request], httpx.Response]


def sse(*chunks: dict[str, Any] | str) -> bytes:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in chunks]
    return "".join(f"data: {line}\n\n" for line in lines).encode()


ANSWER = sse(
    {"model": "big-1", "choices": [{"delta": {"content": "Hello"}}]},
    {"choices": [{"delta": {}, "finish_reason": "stop"}]},
    "[DONE]",
)


class Net:
    """A server on no network, and what it was asked."""

    def __init__(self, *answers: Handler | bytes, models: Any = ("big-1",), status: int = 200) -> None:
        self.answers = list(answers)
        self.models = models
        self.status = status
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.path.endswith("/models"):
            data = [{"id": name, "max_model_len": 32_768} for name in self.models]
            return httpx.Response(self.status, json={"data": data})
        answer = self.answers.pop(0)
        return answer(request) if callable(answer) else httpx.Response(200, content=answer)

    def transport(self, **options: Any) -> HttpTransport:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return HttpTransport(BASE, fetcher=HttpxFetcher(client), **{"api_key": KEY, **options})

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.asked if request.method == "POST"]


async def events(transport: HttpTransport, body: CompletionBody = HI) -> list[StreamEvent]:
    return [event async for event in transport.stream(body)]


async def test_a_request_is_streamed_with_its_key_and_the_only_model() -> None:
    net = Net(ANSWER)
    made = await events(
        net.transport(headers={"X-Team": "blue"}), {**HI, "top_k": 5, "delta_interval_ms": 3.0}
    )
    assert [event["type"] for event in made] == ["started", "delta", "finished"]
    assert net.bodies == [
        {
            "messages": HI["messages"],
            "top_k": 5,
            "model": "big-1",
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]
    assert net.asked[-1].headers["authorization"] == f"Bearer {KEY}"
    assert net.asked[-1].headers["x-team"] == "blue"


async def test_the_list_of_models_is_asked_for_once() -> None:
    net = Net(ANSWER, ANSWER)
    transport = net.transport()
    await transport.status()
    await events(transport)
    await events(transport)
    assert [request.method for request in net.asked] == ["GET", "POST", "POST"]


async def test_a_server_without_a_list_is_asked_for_the_configured_model() -> None:
    net = Net(ANSWER, status=404)
    transport = net.transport(model="mine", context_window=1000)
    state = await transport.status()
    assert state["type"] == "ready"
    assert (state["model"]["id"], state["model"]["context_window"]) == ("mine", 1000)
    await events(transport)
    assert net.bodies[0]["model"] == "mine"


async def test_among_several_models_one_must_be_chosen() -> None:
    state = await Net(models=("a", "b")).transport().status()
    assert state["type"] == "lost"
    assert state["error"]["code"] == "model_not_found"
    assert "a, b" in state["error"]["hint"]


async def test_a_load_finds_the_model_or_names_those_that_there_are() -> None:
    transport = Net(models=("a", "b")).transport()
    loaded = [event async for event in transport.load("b")]
    assert [event["type"] for event in loaded] == ["loaded"]
    assert [event["type"] for event in [event async for event in transport.load("c")]] == ["failure"]


async def test_a_server_s_answer_that_is_cut_before_its_required_call_is_no_answer() -> None:
    cut = sse({"choices": [{"delta": {"content": "Let me"}, "finish_reason": "length"}]}, "[DONE]")
    provider = WebLLMProvider(Net(cut).transport())
    talk = [Message(role="user", content="List them.")]
    with pytest.raises(AnswerInvalid, match="before the call that was required") as refused:
        await provider.complete(ChatRequest(messages=talk, tools=[NOTES], tool_choice="required"))
    assert refused.value.partial == "Let me"


async def test_tools_go_to_the_server_as_such_and_their_calls_come_back() -> None:
    call = {"index": 0, "id": "x", "function": {"name": "notes", "arguments": "{}"}}
    answer = sse({"choices": [{"delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]}, "[DONE]")
    net = Net(answer, ANSWER)
    provider = WebLLMProvider(net.transport())
    talk = [Message(role="system", content="Be kind."), Message(role="user", content="List them.")]
    response = await provider.complete(ChatRequest(messages=talk, tools=[NOTES], tool_choice="required"))
    assert response.tool_calls is not None
    block = ToolCallBlock(id=response.tool_calls[0].id, name="notes", input={})
    talk += [
        Message(role="assistant", content=[block], metadata=response.metadata),
        Message(role="tool", content="none", tool_call_id=block.id, name="notes"),
    ]
    assert (await provider.complete(ChatRequest(messages=talk, tools=[NOTES]))).degradation is None
    first, second = net.bodies
    assert (first["tools"][0]["function"]["name"], first["tool_choice"]) == ("notes", "required")
    assert first["messages"][0] == {"role": "system", "content": "Be kind."}
    assert second["tool_choice"] == "auto"
    asked, result = second["messages"][-2:]
    assert asked["tool_calls"][0]["id"] == result["tool_call_id"] == block.id
    assert (result["role"], result["content"]) == ("tool", "none")


async def test_without_native_tools_they_are_told_in_words_and_the_degradation_says_so() -> None:
    net = Net(
        sse(
            {
                "choices": [
                    {"delta": {"content": '<tool_call>{"name": "notes", "arguments": {}}</tool_call>'}}
                ]
            },
            {"choices": [{"delta": {}, "finish_reason": "stop"}]},
        )
    )
    provider = WebLLMProvider(net.transport(native_tools=False))
    asked = ChatRequest(messages=[Message(role="user", content="List them.")], tools=[NOTES])
    response = await provider.complete(asked)
    assert response.tool_calls is not None
    assert response.degradation is not None
    assert response.degradation.actual == "calls read from the text"
    assert "tools" not in net.bodies[0]


async def test_a_pause_that_the_server_asks_for_is_in_the_error_and_is_kept() -> None:
    slow = lambda request: httpx.Response(429, headers={"retry-after": "7"}, text="slow down")  # noqa: E731
    provider = WebLLMProvider(Net(slow).transport(), {"max_retries": 0})
    with pytest.raises(TooManyRequests) as caught:
        await provider.complete(HELLO)
    assert (caught.value.retry_after, caught.value.status_code, caught.value.retryable) == (7, 429, True)


async def test_a_pause_longer_than_the_config_allows_is_told_and_not_waited_for() -> None:
    full = lambda request: httpx.Response(429, headers={"retry-after": "3600"}, text="tomorrow")  # noqa: E731
    net = Net(full, ANSWER)
    with pytest.raises(TooManyRequests) as caught:
        await asyncio.wait_for(WebLLMProvider(net.transport()).complete(HELLO), 30)
    assert (caught.value.retry_after, len(net.bodies)) == (3600, 1)


async def test_a_busy_server_is_asked_again() -> None:
    busy = lambda request: httpx.Response(503, text="loading")  # noqa: E731
    net = Net(busy, ANSWER)
    provider = WebLLMProvider(net.transport(), {"min_retry_delay": 0, "retry_jitter": False})
    response = await provider.complete(HELLO)
    assert response.model_dump()["text"] == "Hello"


async def endless() -> AsyncIterator[bytes]:
    yield sse({"choices": [{"delta": {"content": "Hel"}}]})
    await asyncio.Event().wait()


async def test_silence_in_the_middle_of_an_answer_ends_it() -> None:
    net = Net(lambda request: httpx.Response(200, content=endless()))
    made = await events(net.transport(idle_timeout=0.05))
    assert [event["type"] for event in made] == ["started", "delta", "failure"]
    assert made[-1]["type"] == "failure"
    assert made[-1]["error"]["code"] == "timeout"


async def test_leaving_an_answer_closes_its_connection() -> None:
    closed = asyncio.Event()

    class Stream(httpx.AsyncByteStream):
        def __aiter__(self) -> AsyncIterator[bytes]:
            return endless()

        async def aclose(self) -> None:
            closed.set()

    net = Net(lambda request: httpx.Response(200, stream=Stream()))
    stream = net.transport().stream(HI)
    await anext(stream)
    await stream.aclose()
    assert closed.is_set()


async def test_a_constraint_is_refused_rather_than_dropped() -> None:
    tag = {"begin": "<t>", "schema": {}, "end": "</t>"}
    constraint: Any = {"triggers": ["<t>"], "tags": [tag], "at_least_one": True, "stop_after_first": True}
    made = await events(Net().transport(), {**HI, "constraint": constraint})
    assert made[0]["type"] == "failure"
    assert made[0]["error"]["code"] == "unsupported"


@pytest.mark.parametrize(
    "url",
    ["", "server.example/v1", "ftp://server", f"https://me:{KEY}@server/v1", f"https://server/v1?key={KEY}"],
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        HttpTransport(url)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("key", ["sk-gehäim-1", "sk-geheim\n1", "sk\u2028geheim"])
def test_a_key_that_no_header_can_hold_is_refused_without_being_quoted(key: str) -> None:
    for given in ({"api_key": key}, {"headers": {"X-Key": key}}):
        with pytest.raises(RequestRefused, match="character") as caught:
            HttpTransport(BASE, **given)
        assert key not in f"{caught.value}{caught.value.__cause__}{caught.value.__context__}"


async def test_the_key_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    leak = lambda request: httpx.Response(401, text=f"Bad key {request.headers['authorization']}, {KEY}")  # noqa: E731
    net = Net(leak, lambda request: httpx.Response(200, content=sse({"error": f"no {KEY}"})))
    transport = net.transport(headers={"X-Other": "other-secret-9"})
    shown = [repr(transport), repr(transport._address), repr(await transport.status())]
    shown += [repr(await events(transport)), repr(await events(transport)), caplog.text]
    for text in shown:
        assert KEY not in text
        assert "other-secret-9" not in text


def test_without_httpx_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(BridgeMissing, match=r"webllm-provider\[http\]"):
        HttpTransport(BASE)


async def test_a_request_that_names_no_model_leaves_the_choice_to_a_server_without_a_list() -> None:
    net = Net(ANSWER, status=501)
    made = await events(net.transport())
    assert made[0] == {"type": "started", "model": "big-1", "engine": made[0].get("engine")}
    assert "model" not in net.bodies[0]


async def test_a_catalogue_that_cannot_be_read_raises_without_the_key() -> None:
    net = Net(status=500)
    with pytest.raises(ServerUnavailable) as caught:
        await net.transport().models()
    assert KEY not in repr(caught.getrepr())


async def test_no_answer_at_all_ends_with_the_clock_of_the_head() -> None:
    class Silent:
        async def open(self, *args: object) -> Reply:
            never: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
            return await never

        async def close(self) -> None: ...

    made = await events(HttpTransport(BASE, timeout=0.05, fetcher=Silent()))
    assert made[0]["type"] == "failure"
    assert made[0]["error"]["code"] == "timeout"
