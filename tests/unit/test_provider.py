"""The provider keeps Amplifier's protocol: events, retries, cancellation, timeouts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from amplifier_core.message_models import ChatRequest, Message, TextBlock, ToolCallBlock, ToolSpec
from amplifier_core.models import HookResult
from amplifier_core.validation.behavioral.test_provider import ProviderBehaviorTests
from amplifier_core.validation.provider import ProviderValidator

from webllm_provider import (
    AnswerInvalid,
    DownloadFailed,
    EngineFailed,
    EngineLost,
    EngineTimeout,
    RequestRefused,
    StreamBroken,
    WebLLMProvider,
    mount,
)
from webllm_provider._wire import EngineIdentity, EngineState, ModelRecord, StreamEvent, WireError
from webllm_provider.testing import (
    MODEL_ID,
    SCRIPTED,
    Script,
    ScriptedTransport,
    Wait,
    answer,
    failure,
    loaded_model,
)

from .conftest import Heard, new_coordinator

FAST = {"min_retry_delay": 0, "max_retry_delay": 0, "retry_jitter": False}
HI = ChatRequest(messages=[Message(role="user", content="Hi")])
EVENTS = (
    *("llm:request", "llm:response", "provider:retry", "provider:tool_sequence_repaired"),
    *("llm:stream_block_start", "llm:stream_block_delta", "llm:stream_block_end", "llm:stream_aborted"),
)


class Bench:
    """A provider over scripts, on the native kernel's hooks, and everything it emitted."""

    def __init__(self, *scripts: Script, **config: Any) -> None:
        self.heard = Heard()
        self.coordinator = new_coordinator()
        self.transport = ScriptedTransport(scripts)
        self.provider = WebLLMProvider(self.transport, {**FAST, **config}, self.coordinator)
        for event in EVENTS:
            self.coordinator.hooks.register(event, self._hear, name="test")

    async def _hear(self, event: str, payload: dict[str, Any]) -> HookResult:
        self.heard(event, payload)
        return HookResult()

    @property
    def names(self) -> list[str]:
        return self.heard.names

    def of(self, name: str) -> list[dict[str, Any]]:
        return self.heard.of(name)


class TestBehaviour(ProviderBehaviorTests):
    """The kernel's own behavioural tests."""

    @pytest.fixture
    async def provider_module(self) -> WebLLMProvider:
        coordinator = new_coordinator()
        await mount(coordinator, {})
        provider: WebLLMProvider = coordinator.get("providers")["webllm"]
        return provider


async def test_the_kernels_validator_passes() -> None:
    result = await ProviderValidator().validate("webllm_provider", config={})
    assert result.passed, result.summary()
    assert [check.message for check in result.checks if check.severity == "warning"] == []


async def test_it_has_no_stream_attribute() -> None:
    assert not hasattr(Bench().provider, "stream")


async def test_without_a_browser_it_mounts_and_lists_no_models(caplog: pytest.LogCaptureFixture) -> None:
    coordinator = new_coordinator()
    cleanup = await mount(coordinator, None)
    provider = coordinator.get("providers")["webllm"]
    with caplog.at_level("INFO"):
        assert await provider.list_models() == []
    assert "does not run in a browser" in caplog.text
    await cleanup()
    await cleanup()


async def test_mount_offers_its_events_and_a_cost_of_nothing() -> None:
    coordinator = new_coordinator()
    await mount(coordinator, {})
    assert await coordinator.collect_contributions("session.cost") == [{"cost_usd": "0"}]
    assert "llm:stream_aborted" in (await coordinator.collect_contributions("observability.events"))[0]


async def test_an_answer_is_told_in_order_with_one_request_id() -> None:
    bench = Bench(answer("Hel", "lo"))
    response = await bench.provider.complete(HI)
    assert response.content == [TextBlock(text="Hello")]
    stream = ["llm:stream_block_start", *["llm:stream_block_delta"] * 2, "llm:stream_block_end"]
    assert bench.names == ["llm:request", *stream, "llm:response"]
    assert len({payload["request_id"] for _, payload in bench.heard.events}) == 1


async def test_llm_request_and_response_have_the_normative_keys() -> None:
    bench = Bench(answer("Hi", prefilled_tokens=4))
    await bench.provider.complete(HI)
    asked, answered = bench.of("llm:request")[0], bench.of("llm:response")[0]
    assert (asked["provider"], asked["model"], asked["message_count"]) == ("webllm", "scripted-1", 1)
    assert asked["has_instructions"] is False
    assert "raw" not in asked
    assert answered["usage"] == {
        "input_tokens": 10,
        "output_tokens": 1,
        "cache_read_tokens": 6,
        "cost_usd": "0",
    }
    assert (answered["status"], answered["engine"]["kind"]) == ("ok", "scripted")
    assert answered["figures"]["prefilled_tokens"] == 4
    assert answered["duration_ms"] >= 0


async def test_an_answer_whose_engine_was_lost_under_it_says_so_and_is_whole() -> None:
    started, first, second, finished = answer("Hel", "lo")
    other: EngineIdentity = {"kind": "wllama", "version": "1", "device": "cpu", "adapter": None}
    lost: WireError = {"code": "device_lost", "message": "The GPU went away."}
    for engine, actual in ((SCRIPTED, None), (other, "gone on with by scripted-1 on cpu")):
        again: StreamEvent = {"type": "recovered", "error": lost, "model": MODEL_ID, "engine": engine}
        bench = Bench([started, first, again, second, finished])
        response = await bench.provider.complete(HI)
        assert response.model_dump()["text"] == "Hello"
        assert (response.metadata or {})["webllm:recovered"] == [lost]
        (told,) = bench.of("llm:response")
        assert told["recovered"] == ["device_lost"]
        assert (response.degradation.actual if response.degradation else None) == actual
        assert not bench.of("provider:retry")


async def test_the_body_is_told_only_where_raw_was_asked_for() -> None:
    bench = Bench(answer("Hi"), raw=True)
    await bench.provider.complete(HI)
    assert bench.of("llm:request")[0]["raw"]["messages"] == [{"role": "user", "content": "Hi"}]


@pytest.mark.parametrize("metadata", [{"stream": False}, None])
async def test_a_request_can_ask_for_no_stream_events(metadata: dict[str, Any] | None) -> None:
    bench = Bench(answer("Hi"), use_streaming=metadata is not None)
    request = HI.model_copy(update={"metadata": metadata})
    assert (await bench.provider.complete(request)).content == [TextBlock(text="Hi")]
    assert bench.names == ["llm:request", "llm:response"]


async def test_a_request_may_be_a_plain_dict() -> None:
    bench = Bench(answer("Hi"))
    response = await bench.provider.complete({"messages": [{"role": "user", "content": "Hi"}]})
    assert response.content == [TextBlock(text="Hi")]
    with pytest.raises(RequestRefused, match="malformed at messages"):
        await bench.provider.complete({"messages": 5})


async def test_a_failure_before_anything_was_shown_is_tried_again() -> None:
    bench = Bench([failure("download_failed", "No network.")], answer("Hi"))
    assert (await bench.provider.complete(HI)).content == [TextBlock(text="Hi")]
    assert bench.of("provider:retry") == [
        {
            **bench.of("provider:retry")[0],
            "provider": "webllm",
            "attempt": 1,
            "max_retries": 3,
            "delay": 0.0,
            "error_type": "DownloadFailed",
            "error_message": "No network.",
        }
    ]
    assert bench.names.count("llm:request") == 1


async def test_a_failure_after_text_was_shown_is_not_tried_again() -> None:
    bench = Bench([*answer("I", " am")[:3], failure("download_failed")], answer("Hi"))
    with pytest.raises(DownloadFailed) as caught:
        await bench.provider.complete(HI)
    assert caught.value.partial == "I am"
    assert bench.names[-2:] == ["llm:stream_aborted", "llm:response"]
    assert bench.of("llm:stream_aborted")[0]["error"]["type"] == "DownloadFailed"
    assert bench.of("llm:response")[0]["status"] == "error"
    assert len(bench.transport.bodies) == 1


async def test_a_failure_of_the_transport_itself_is_typed() -> None:
    bench = Bench([ValueError("the pipe burst")])
    with pytest.raises(EngineFailed, match="the pipe burst") as caught:
        await bench.provider.complete(HI)
    assert isinstance(caught.value.__cause__, ValueError)


async def test_a_lost_device_fails_at_once() -> None:
    bench = Bench([failure("device_lost", "Gone.", "Reload.")], answer("Hi"))
    with pytest.raises(EngineLost, match=r"Gone\. Reload\."):
        await bench.provider.complete(HI)
    assert bench.of("llm:response")[0]["error"]["code"] == "device_lost"


async def test_a_cancelled_task_stops_the_engine_and_says_so() -> None:
    bench = Bench([*answer("I", " am")[:3], Wait()], answer("Hi"))
    task = asyncio.ensure_future(bench.provider.complete(HI))
    await bench.heard.until(lambda: bench.heard.text() == "I am")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.transport.cancelled == [0]
    assert bench.names[-2:] == ["llm:stream_aborted", "llm:response"]
    assert (await bench.provider.complete(HI)).content == [TextBlock(text="Hi")]


@pytest.mark.parametrize(
    ("config", "options", "words"),
    [({"stream_idle_timeout": 0.05}, {}, "silent for 0.05"), ({}, {"timeout": 0.05}, "longer than 0.05")],
)
async def test_an_engine_that_says_nothing_is_given_up(
    config: dict[str, Any], options: dict[str, Any], words: str
) -> None:
    bench = Bench([*answer("I")[:2], Wait()], **config)
    with pytest.raises(EngineTimeout, match=words) as caught:
        await bench.provider.complete(HI, **options)
    assert caught.value.partial == "I"
    assert bench.transport.cancelled == [0]


async def test_a_listener_that_takes_its_time_is_not_the_engine_s_silence() -> None:
    async def slow(chunk: dict[str, str]) -> None:
        await asyncio.sleep(0.1)

    bench = Bench(answer("I", " am"), stream_idle_timeout=0.05)
    assert (await bench.provider.complete_streaming(HI, slow)).content == [TextBlock(text="I am")]


async def test_the_timeout_is_that_of_all_attempts_together() -> None:
    broken: Script = [Wait(0.04), failure("stream_broken")]
    bench = Bench(*[broken] * 100, max_retries=99)
    with pytest.raises((EngineTimeout, StreamBroken)):
        await bench.provider.complete(HI, timeout=0.2)
    assert len(bench.transport.bodies) < 10


async def test_a_listener_s_own_timeout_is_not_taken_for_the_request_s() -> None:
    def impatient(chunk: dict[str, str]) -> None:
        raise TimeoutError("the listener's own")

    bench = Bench(answer("Hi"))
    with pytest.raises(EngineFailed, match="the listener's own"):
        await bench.provider.complete_streaming(HI, impatient)


async def test_a_keyword_argument_that_means_nothing_is_named_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await Bench(answer("Hi")).provider.complete(HI, temperature=0.0, extended_thinking=False, temprature=1)
    (line,) = (record.getMessage() for record in caplog.records if record.name.startswith("webllm_provider"))
    assert line.endswith(": temprature")


async def test_a_tool_choice_of_none_leaves_the_request_s_own() -> None:
    notes = ToolSpec(name="notes", parameters={"type": "object"})
    bench = Bench(answer("Hi"))
    bench.transport.model = loaded_model(constraint="grammar")
    await bench.provider.complete(
        HI.model_copy(update={"tools": [notes], "tool_choice": "required"}), tool_choice=None
    )
    assert bench.transport.bodies[0]["constraint"]["at_least_one"] is True


@pytest.mark.parametrize("constraint", ["grammar", "none"])
async def test_an_answer_that_is_cut_before_its_required_call_is_no_answer(constraint: Any) -> None:
    bench = Bench(answer("Let me see", reason="length"))
    bench.transport.model = loaded_model(constraint=constraint)
    notes = ToolSpec(name="notes", parameters={"type": "object"})
    with pytest.raises(AnswerInvalid, match="before the call that was required") as cut:
        await bench.provider.complete(HI.model_copy(update={"tools": [notes], "tool_choice": "required"}))
    assert cut.value.partial == "Let me see"
    assert "max_tokens" in str(cut.value.hint)


async def test_a_required_call_that_does_not_come_is_reported() -> None:
    bench = Bench(answer("No."))
    bench.transport.model = loaded_model(constraint="none")
    notes = ToolSpec(name="notes", parameters={"type": "object"})
    response = await bench.provider.complete(
        HI.model_copy(update={"tools": [notes], "tool_choice": "required"})
    )
    assert response.degradation is not None
    assert "a required call" in str(response.degradation)


async def test_a_missing_tool_result_is_reported() -> None:
    bench = Bench(answer("Hi"))
    stored = Message(role="assistant", content=[ToolCallBlock(id="1", name="notes", input={})])
    await bench.provider.complete(ChatRequest(messages=[*HI.messages, stored, *HI.messages]))
    told = bench.of("provider:tool_sequence_repaired")[0]
    assert told["repair_count"] == 1
    assert told["repairs"] == [{"tool_call_id": "1", "tool_name": "notes"}]


async def test_the_model_info_is_that_of_the_loaded_model() -> None:
    bench = Bench()
    assert bench.provider.get_model_info().context_window == 4096
    bench.transport.model = loaded_model("webllm-demo-1-q0f32", context_window=2048)
    await bench.provider.refresh()
    info = bench.provider.get_model_info()
    assert (info.id, info.context_window, info.max_output_tokens) == ("webllm-demo-1-q0f32", 2048, 512)
    defaults = bench.provider.get_info().defaults
    assert (defaults["context_window"], defaults["max_output_tokens"]) == (2048, 512)


async def test_a_request_waits_for_the_model_that_is_loading_and_uses_its_facts() -> None:
    bench = Bench(answer("Hi"))
    bench.transport.loading = 2
    bench.transport.model = loaded_model("webllm-demo-1-q0f32", context_window=2048)
    await bench.provider.complete(HI)
    assert bench.transport.bodies[0]["temperature"] == 0.0
    assert bench.transport.bodies[0]["max_tokens"] == 512


async def test_a_load_that_never_ends_is_given_up() -> None:
    bench = Bench(timeout=0.05)
    bench.transport.loading = 1_000_000
    with pytest.raises(EngineTimeout, match="still loading"):
        await bench.provider.complete(HI)


async def test_without_tools_the_markers_of_calls_are_text() -> None:
    bench = Bench(answer("Write <tool_call> for a call."))
    response = await bench.provider.complete(HI)
    assert response.content == [TextBlock(text="Write <tool_call> for a call.")]


async def test_what_a_schema_loses_is_reported_once() -> None:
    odd = ToolSpec(name="odd", description="", parameters={"not": {"type": "object"}})
    asked = HI.model_copy(update={"tools": [odd]})
    bench = Bench(answer("One."), answer("Two."))
    bench.transport.model = loaded_model(constraint="structural_tag")
    first = await bench.provider.complete(asked)
    second = await bench.provider.complete(asked)
    assert first.degradation is not None
    assert first.degradation.requested == "the arguments of odd constrained to its schema"
    assert second.degradation is None


async def test_the_loaded_model_has_its_memory_and_features_from_the_catalogue() -> None:
    bench = Bench()
    bench.transport.records.append(RECORD)
    bench.transport.model = loaded_model("m", context_window=2048)
    await bench.provider.refresh()
    info = bench.provider.get_model_info().model_dump()
    assert (info["display_name"], info["context_window"]) == ("M", 2048)
    assert info["metadata"]["memory_mb"] == 900.0
    assert info["metadata"]["required_features"] == ["shader-f16"]
    assert "fast" in info["capabilities"]


RECORD: ModelRecord = {
    "id": "m",
    "name": "M",
    "devices": ["webgpu"],
    "download_bytes": 5,
    "memory_mb": 900.0,
    "context_window": None,
    "quantization": "q4f16_1",
    "required_features": ["shader-f16"],
    "low_resource": True,
    "embedded": False,
}


async def test_the_catalogue_says_what_a_model_needs() -> None:
    bench = Bench()
    bench.transport.records.append(RECORD)
    (info,) = await bench.provider.list_models()
    assert (info.id, info.display_name, info.context_window) == ("m", "M", 4096)
    assert {"local", "fast", "tools", "streaming"} <= set(info.capabilities)
    assert info.model_dump()["metadata"]["required_features"] == ["shader-f16"]
    assert info.model_dump()["metadata"]["cost_tier"] == "free"


def test_a_bad_config_is_refused_by_the_name_of_the_field() -> None:
    with pytest.raises(RequestRefused, match="temperature"):
        WebLLMProvider(ScriptedTransport(), {"temperature": 5})


def test_a_key_that_means_nothing_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    WebLLMProvider(ScriptedTransport(), {"temprature": 0})
    assert "temprature" in caplog.text


class Counting(ScriptedTransport):
    """Counts how often it is asked what it has."""

    asked = 0

    async def status(self) -> EngineState:
        self.asked += 1
        return await super().status()


async def test_what_a_context_has_just_seen_of_the_engine_is_not_asked_for_again() -> None:
    transport = Counting(respond=lambda _: answer("Yes."))
    provider = WebLLMProvider(transport)
    await provider.refresh()
    await provider.complete(HI)
    assert transport.asked == 1
    # It holds for one request: the next may meet another model.
    await provider.complete(HI)
    await provider.complete(HI)
    assert transport.asked == 3


async def test_what_was_seen_of_a_model_does_not_hold_once_it_is_gone() -> None:
    transport = Counting(respond=lambda _: answer("Yes."))
    provider = WebLLMProvider(transport)
    await provider.refresh()
    there, transport.model = transport.model, None
    await provider.refresh()
    transport.model = there
    await provider.complete(HI)
    assert transport.asked == 3
    assert provider.get_model_info().id == MODEL_ID
