"""The browser first, and a server by the stated rules: each rule, and where none applies."""

from __future__ import annotations

import asyncio
from typing import Any, get_args

import pytest
from amplifier_core.message_models import ChatRequest, Message
from amplifier_core.models import HookResult

from webllm_provider import EngineError, HttpTransport, RequestRefused, WebLLMProvider, mount
from webllm_provider._hooks import FALLBACK
from webllm_provider._hybrid import RULES, HybridProvider
from webllm_provider._mount import TRANSPORT_CAPABILITY, build
from webllm_provider._servers import KEY_VARIABLE
from webllm_provider._wire import EngineState, ErrorCode, ModelRecord
from webllm_provider.config import ProviderConfig
from webllm_provider.errors import MEANINGS, engine_error
from webllm_provider.testing import Script, ScriptedTransport, Wait, answer, failure, loaded_model

from .conftest import Heard, new_coordinator

CODES: tuple[ErrorCode, ...] = get_args(ErrorCode)
FALLING = [code for code in CODES if RULES[code] is not None]
STAYING = [code for code in CODES if RULES[code] is None]
HI = ChatRequest(messages=[Message(role="user", content="Hi")], model="local-1")
SERVER = "http://127.0.0.1:9/v1"
KEY = "sk-config-5566"
CONFIG: dict[str, Any] = {"mode": "hybrid", "base_url": SERVER, "server_model": "big-1", "max_retries": 0}


class Bench:
    """Two scripted engines, the one in front and the one behind, and everything that was told."""

    def __init__(self, *local: Script, privacy: str = "allow_remote") -> None:
        self.heard = Heard()
        coordinator = new_coordinator()
        self.local = ScriptedTransport(local)
        self.remote = ScriptedTransport(
            [answer("From ", "afar.", model="big-1")], model=loaded_model("big-1")
        )
        config = ProviderConfig.read({**CONFIG, "privacy": privacy})
        self.provider = HybridProvider(self.local, self.remote, config, coordinator)
        for event in (FALLBACK, "llm:request", "llm:response", "llm:stream_block_delta"):
            coordinator.hooks.register(event, self._hear, name="test")

    async def _hear(self, event: str, payload: dict[str, Any]) -> HookResult:
        self.heard(event, payload)
        return HookResult()

    async def ask(self, **options: Any) -> Any:
        return await self.provider.complete(HI, **options)


def record(name: str) -> ModelRecord:
    return {
        "id": name,
        "name": name,
        "devices": ["cpu"],
        "download_bytes": None,
        "memory_mb": None,
        "context_window": None,
        "quantization": "none",
        "required_features": [],
        "low_resource": False,
        "embedded": False,
    }


def test_every_code_has_a_rule_or_none() -> None:
    assert set(RULES) == set(CODES)
    assert set(RULES.values()) == {"does_not_fit", "context_exceeded", "engine_failed", None}


async def test_the_browser_answers_where_it_can() -> None:
    bench = Bench(answer("From here."))
    response = await bench.ask()
    assert response.text == "From here."
    assert FALLBACK not in response.metadata
    assert bench.remote.bodies == []


@pytest.mark.parametrize("code", FALLING)
async def test_the_server_answers_where_the_browser_cannot_and_the_reason_is_told(code: ErrorCode) -> None:
    bench = Bench([failure(code, "It failed.")])
    response = await bench.ask(model="local-1")
    why = {"rule": RULES[code], "code": code, "message": "It failed."}
    assert response.text == "From afar."
    assert response.metadata[FALLBACK] == why
    told = bench.heard.of(FALLBACK)
    assert [{name: one[name] for name in why} for one in told] == [why]
    assert told[0]["server_model"] == "big-1"
    # The model that was named is the browser's.
    assert [body.get("model") for body in bench.remote.bodies] == ["big-1"]


@pytest.mark.parametrize("code", STAYING)
async def test_no_server_is_asked_what_it_could_not_answer_either(code: ErrorCode) -> None:
    bench = Bench([failure(code, "It failed.")])
    with pytest.raises(MEANINGS[code].error):
        await bench.ask()
    assert bench.remote.bodies == []
    assert bench.heard.of(FALLBACK) == []


@pytest.mark.parametrize("code", FALLING)
async def test_nothing_falls_back_after_text_was_shown(code: ErrorCode) -> None:
    bench = Bench([*answer("I am", " here")[:2], failure(code, "It failed.")])
    with pytest.raises(EngineError) as caught:
        await bench.ask()
    assert caught.value.partial == "I am"
    assert bench.remote.bodies == []


async def test_text_that_nobody_was_shown_is_no_reason_to_keep_the_server_out() -> None:
    bench = Bench([*answer("I am", " here")[:2], failure("device_lost", "It failed.")])
    quiet = HI.model_copy(update={"metadata": {"stream": False}})
    assert (await bench.provider.complete(quiet)).model_dump()["text"] == "From afar."
    alone = HybridProvider(
        ScriptedTransport([[*answer("I am")[:2], failure("device_lost")]]),
        ScriptedTransport([answer("From afar.")]),
        ProviderConfig.read(CONFIG),
    )
    assert (await alone.complete(HI)).model_dump()["text"] == "From afar."


async def test_nothing_falls_back_after_a_thought_was_shown() -> None:
    bench = Bench([*answer("<think>I wonder")[:2], failure("device_lost", "It failed.")])
    with pytest.raises(EngineError):
        await bench.ask()
    assert bench.remote.bodies == []


@pytest.mark.parametrize("code", FALLING)
async def test_local_only_forbids_the_server(code: ErrorCode) -> None:
    bench = Bench([failure(code, "It failed.")], privacy="local_only")
    with pytest.raises(EngineError):
        await bench.ask()
    await bench.provider.refresh()
    assert (bench.remote.bodies, bench.heard.of(FALLBACK)) == ([], [])


async def test_a_stop_is_no_reason_to_ask_a_server() -> None:
    bench = Bench([*answer("")[:1], Wait()])
    task = asyncio.create_task(bench.ask())
    await bench.heard.until(lambda: "llm:request" in bench.heard.names)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.remote.bodies == []


async def test_without_a_page_the_server_answers() -> None:
    from webllm_provider._browser import BridgeTransport

    bench = Bench()
    provider = HybridProvider(BridgeTransport(), bench.remote, bench.provider.config)
    response: Any = await provider.complete(HI)
    assert response.metadata[FALLBACK]["rule"] == "does_not_fit"


async def test_the_model_info_is_that_of_who_would_answer() -> None:
    bench = Bench()
    await bench.provider.refresh()
    assert bench.provider.get_model_info().id == "scripted-1"
    bench.local.model = None
    await bench.provider.refresh()
    assert bench.provider.get_model_info().id == "big-1"


class Broken(ScriptedTransport):
    """An engine that cannot even be asked."""

    async def status(self) -> EngineState:
        raise engine_error("worker_died", "The engine's worker is gone.")

    async def models(self) -> list[ModelRecord]:
        raise engine_error("server_unreachable", "There is no way.")


async def test_an_engine_that_cannot_be_asked_leaves_the_request_to_the_server() -> None:
    bench = Bench()
    provider = HybridProvider(Broken([[failure("worker_died")]]), bench.remote, bench.provider.config)
    response: Any = await provider.complete(HI)
    assert response.metadata[FALLBACK]["code"] == "worker_died"


async def test_local_only_tells_of_an_engine_that_cannot_be_asked() -> None:
    bench = Bench(privacy="local_only")
    with pytest.raises(EngineError, match="worker is gone"):
        await HybridProvider(Broken(), bench.remote, bench.provider.config).refresh()


async def test_the_catalogue_is_that_of_both_and_of_one_while_the_other_is_away() -> None:
    bench = Bench()
    near, far = record("near"), record("far")
    bench.local.records, bench.remote.records = [near], [far]
    assert [model.id for model in await bench.provider.list_models()] == ["near", "far"]
    alone = HybridProvider(bench.local, Broken(), bench.provider.config)
    assert [model.id for model in await alone.list_models()] == ["near"]
    here = Bench(privacy="local_only")
    here.local.records, here.remote.records = [near], [far]
    assert [model.id for model in await here.provider.list_models()] == ["near"]


async def test_both_ways_are_given_up() -> None:
    bench = Bench()
    await bench.provider.close()
    assert (bench.local.closed, bench.remote.closed) == (1, 1)


async def test_a_chunk_listener_hears_the_server_too() -> None:
    bench = Bench([failure("model_not_loaded")])
    heard: list[str] = []
    await bench.provider.complete_streaming(HI, lambda chunk: heard.append(chunk["content"]))
    assert heard == ["From ", "afar."]


def made(given: Any = None, **config: Any) -> WebLLMProvider:
    return build(ProviderConfig.read(config), given, None)


def test_a_config_alone_chooses_who_answers() -> None:
    assert type(made()) is WebLLMProvider
    assert isinstance(made(mode="server_side", base_url=SERVER)._transport, HttpTransport)
    assert isinstance(made(mode="hybrid", base_url=SERVER), HybridProvider)
    assert type(made(mode="hybrid", base_url=SERVER, privacy="local_only")) is WebLLMProvider


def test_the_server_s_model_goes_before_the_browser_s_where_the_server_answers() -> None:
    both = {"base_url": SERVER, "model": "near", "server_model": "far"}
    assert made(mode="server_side", **both).config.model == "far"
    assert made(mode="server_side", base_url=SERVER, model="near").config.model == "near"
    hybrid = made(mode="hybrid", **both)
    assert isinstance(hybrid, HybridProvider)
    assert (hybrid.config.model, hybrid.server.config.model) == ("near", "far")


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"mode": "server_side"}, "base_url"),
        ({"mode": "hybrid"}, "base_url"),
        ({"mode": "server_side", "base_url": SERVER, "privacy": "local_only"}, "privacy"),
        ({"mode": "elsewhere"}, "mode"),
    ],
)
def test_a_config_that_contradicts_itself_is_refused(config: dict[str, Any], field: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        ProviderConfig.read(config)
    assert caught.value.details["field"] == field


async def test_a_server_that_was_registered_is_refused_by_local_only() -> None:
    coordinator = new_coordinator()
    coordinator.register_capability(TRANSPORT_CAPABILITY, HttpTransport(SERVER))
    with pytest.raises(RequestRefused, match="local_only"):
        await mount(coordinator, {"privacy": "local_only"})


async def test_a_server_is_not_said_to_cost_nothing() -> None:
    coordinator = new_coordinator()
    cleanup = await mount(coordinator, {"mode": "server_side", "base_url": SERVER})
    assert await coordinator.collect_contributions("session.cost") == []
    assert FALLBACK in (await coordinator.collect_contributions("observability.events"))[0]
    await cleanup()


def test_the_key_comes_from_the_config_or_the_environment_and_never_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = ProviderConfig.read({"mode": "server_side", "base_url": SERVER, "api_key": KEY})
    for text in (repr(config), str(config), config.model_dump_json(), repr(config.model_dump())):
        assert KEY not in text
    given: Any = made(mode="server_side", base_url=SERVER, api_key=KEY)._transport
    assert given._address.headers["authorization"] == f"Bearer {KEY}"
    monkeypatch.setenv(KEY_VARIABLE, "sk-environment")
    found: Any = made(mode="server_side", base_url=SERVER)._transport
    assert found._address.headers["authorization"] == "Bearer sk-environment"


def test_a_server_that_was_not_asked_yet_is_neither_local_nor_free() -> None:
    server = made(mode="server_side", base_url="https://server.example/v1").get_model_info()
    assert "local" not in server.capabilities
    assert server.model_dump()["metadata"]["cost_tier"] == "unknown"
    assert "local" in made().get_model_info().capabilities


def test_a_key_of_a_wrong_type_is_refused_without_being_quoted() -> None:
    with pytest.raises(RequestRefused, match="api_key") as caught:
        ProviderConfig.read({"api_key": ["sk-secret-1"]})
    assert "sk-secret-1" not in f"{caught.value}{caught.value.__cause__}"


def test_an_application_can_ask_for_all_of_it() -> None:
    info = made(mode="hybrid", base_url=SERVER).get_info()
    fields = {field.id: field for field in info.config_fields}
    assert set(fields) >= {"mode", "base_url", "api_key", "server_model", "privacy"}
    assert (fields["api_key"].field_type, fields["api_key"].env_var) == ("secret", KEY_VARIABLE)
    assert info.credential_env_vars == [KEY_VARIABLE]
    assert made().get_info().credential_env_vars == []
