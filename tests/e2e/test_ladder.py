"""Models that take over from one another, models of the user's own, and verdicts, on the real engines."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.app import LOAD_TIMEOUT_MS, wait_until
from tests.e2e.conftest import OriginGuard
from tests.e2e.engine_alone import EngineAlone, engine_alone
from tests.e2e.model_host import ModelHost, hosting_models, in_shards
from tests.e2e.room import DEMO, EngineRoom, opened_room
from tools.serve import SITE, serving

F16 = "Llama-3.2-1B-Instruct-q4f16_1-MLC"
SECOND = "second-demo"
FROM_GPU = "webgpu"
FROM_CPU = "cpu"


@pytest.fixture
def gpu_room(webgpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[EngineRoom]:
    """An engine beside a software GPU."""
    with opened_room(webgpu_browser, site, origin_guard) as room:
        yield room


@pytest.fixture
def cpu_room(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[EngineRoom]:
    """An engine in a browser without a GPU."""
    with opened_room(cpu_browser, site, origin_guard) as room:
        yield room


def set_ladder(room: EngineRoom, models: list[str] | None, pinned: str | None = None) -> dict[str, Any]:
    return room.query({"type": "set_ladder", "models": models, "pinned": pinned})


def wait_for_ladder(room: EngineRoom) -> dict[str, Any]:
    """The ladder once it stands still."""
    room.page.evaluate(
        """() => {
          const look = async () => {
            globalThis.ladder = await client.query({ type: "ladder" });
            if (ladder.running) setTimeout(look, 100);
          };
          globalThis.ladder = { running: true };
          void look();
        }"""
    )
    wait_until(room.page, "!ladder.running", LOAD_TIMEOUT_MS)
    status: dict[str, Any] = room.page.evaluate("ladder")
    return status


def assess(room: EngineRoom, model: str) -> dict[str, Any]:
    return room.query({"type": "assess", "model": model, "device": "auto"})


@pytest.fixture
def hub() -> Iterator[ModelHost]:
    """The site, with the second model's files beside it."""
    with hosting_models(in_shards(SECOND, 5)) as serving:
        yield serving


@pytest.fixture
def hub_room(webgpu_browser: Browser, hub: ModelHost) -> Iterator[EngineRoom]:
    """An engine of that site, beside a software GPU."""
    guard = OriginGuard(hub.url.rstrip("/"))
    with opened_room(webgpu_browser, hub.url, guard) as room:
        yield room
    assert guard.foreign == []


def test_a_better_model_takes_over_between_two_answers(hub: ModelHost, hub_room: EngineRoom) -> None:
    """The CPU answers at once; the same weights on the GPU load behind it, and are not fetched again."""
    room = hub_room
    brought = {"weights_url": hub.at(f"{SECOND}/"), "library_url": hub.at(f"{SECOND}/lib.wasm")}
    room.query({"type": "add_model", "model": {**second_demo(hub.url), **brought}})
    fetched = room.stream({"type": "fetch", "model": SECOND, "device": FROM_GPU})
    assert fetched[-1]["type"] == "fetched"
    hub.forget()
    hub.down = True
    room.observe()
    set_ladder(room, [DEMO, SECOND])
    first = room.complete("What can you do?")
    assert (first[0]["model"], first[0]["engine"]["device"]) == (DEMO, FROM_CPU)
    answers = [first]
    while room.query({"type": "ladder"})["running"]:
        answers.append(room.complete("What can you do?", temperature=0))
    answers.append(room.complete("What can you do?", temperature=0))

    assert [answer[-1]["type"] for answer in answers] == ["finished"] * len(answers)
    models = [answer[0]["model"] for answer in answers]
    assert models == sorted(models, key=[DEMO, SECOND].index), "It went down the ladder."
    assert answers[-1][0]["engine"]["device"] == FROM_GPU
    assert [(rung["model"], rung["state"]) for rung in wait_for_ladder(room)["rungs"]] == [
        (DEMO, "left"),
        (SECOND, "active"),
    ]
    assert room.news("ladder_changed")[-1]["model"] == SECOND
    assert hub.seen == []
    stored = {row["model"]: row["state"] for row in room.query({"type": "stored"})["models"]}
    assert stored[SECOND] == "whole"

    # A request that still names the first model is answered by the one that took its place.
    assert room.complete("Hello", model=DEMO)[-1]["type"] == "finished"
    # Pinned to the first one, it goes back.
    set_ladder(room, [DEMO, SECOND], pinned=DEMO)
    assert wait_for_ladder(room)["active"] == DEMO


def test_an_idle_model_gives_its_memory_back_until_the_next_question(
    cpu_browser: Browser, site: str, origin_guard: OriginGuard
) -> None:
    with engine_alone(cpu_browser, site, origin_guard, "?unload=0.5") as engine:
        engine.load("cpu")
        engine.end_of("load")
        wait_until_no_cell(engine)
        state = engine.status()
        assert (state["type"], state["model"]["id"]) == ("ready", DEMO), "It does not count as ready."
        engine.ask("What can you do?", "first")
        assert engine.end_of("first")[1]["type"] == "finished"
        wait_until_no_cell(engine)


def wait_until_no_cell(engine: EngineAlone) -> None:
    """Until the engine's worker has ended, and given its memory back: it lets go of its lock only by that."""
    held = "navigator.locks.query().then(all => all.held.filter(lock => lock.name.includes('-cell-')).length)"
    deadline = time.monotonic() + 60
    while engine.page.evaluate(held) > 0:
        assert time.monotonic() < deadline, "The engine's worker still lives."
        engine.page.wait_for_timeout(50)


def second_demo(site: str) -> dict[str, Any]:
    """The demo model under another id, for WebGPU alone."""
    return {
        "id": SECOND,
        "weights_url": f"{site}models/demo/webllm/",
        "library_url": f"{site}models/demo/webllm/resolve/main/demo-webgpu.wasm",
        "memory_mb": 60,
        "overrides": {"context_window_size": 2048},
    }


def test_a_stopped_ladder_stays_where_it_is(gpu_room: EngineRoom, site: str) -> None:
    room = gpu_room
    room.load(DEMO)
    room.query({"type": "add_model", "model": second_demo(site)})
    assert set_ladder(room, [DEMO, SECOND])["running"]
    status = set_ladder(room, [])
    assert (status["running"], status["active"], status["rungs"]) == (False, DEMO, [])
    answer = room.complete("What can you do?")
    assert (answer[0]["model"], answer[-1]["type"]) == (DEMO, "finished")


def test_a_gpu_without_16_bit_shaders_gets_the_32_bit_build_named(gpu_room: EngineRoom) -> None:
    verdict = assess(gpu_room, F16)
    assert (verdict["fits"], verdict["reason"]["code"]) == (False, "feature_missing")
    assert verdict["suggestion"] == F16.replace("f16", "f32")
    assert assess(gpu_room, verdict["suggestion"])["fits"]
    # A name without a build stands for the one that this GPU can run.
    assert assess(gpu_room, "meta-llama/Llama-3.2-1B-Instruct")["model"] == verdict["suggestion"]


def test_a_browser_without_a_gpu_gets_a_model_for_the_cpu_named(cpu_room: EngineRoom) -> None:
    verdict = assess(cpu_room, F16)
    assert not verdict["fits"]
    assert verdict["reason"]["code"] in ("webgpu_unavailable", "adapter_unavailable")
    assert verdict["suggestion"] == "Llama-3.2-1B-Instruct-Q4_K_M-GGUF"
    best = cpu_room.query({"type": "recommend", "task": "general", "budget_mb": 100})
    assert [choice["model"] for choice in best["choices"]] == [DEMO]
    refused = cpu_room.stream({"type": "fetch", "model": F16, "device": "webgpu"})[-1]
    assert refused["type"] == "failure"


def test_a_model_of_the_users_own_answers_and_is_known_after_a_reload(
    cpu_browser: Browser, tmp_path: Path
) -> None:
    for entry in SITE.iterdir():
        (tmp_path / entry.name).symlink_to(entry)
    (tmp_path / "mine").mkdir()
    shutil.copy(SITE / "models" / "demo" / "demo.gguf", tmp_path / "mine" / "my-model.gguf")
    mine = {"id": "my-model", "name": "My model", "overrides": {"context_window_size": 1024}}
    with serving(tmp_path) as url:
        guard = OriginGuard(url.rstrip("/"))
        with opened_room(cpu_browser, url, guard) as room:
            added = room.query(
                {"type": "add_model", "model": mine | {"gguf_url": f"{url}mine/my-model.gguf"}}
            )
            assert added["record"]["custom"]
            assert added["record"]["devices"] == ["cpu"]
            assert room.load("my-model")["model"]["context_window"] == 1024
            answer = room.complete("What can you do?")
            assert (answer[0]["model"], answer[-1]["type"]) == ("my-model", "finished")

            room.page.reload()
            room.page.evaluate("client.ready.then(() => null)")
            names = "client.models().then(records => records.filter(r => r.custom).map(r => r.id))"
            assert room.page.evaluate(names) == ["my-model"]
            room.query({"type": "remove_model", "model": "my-model"})
            assert room.page.evaluate(names) == []
        assert guard.foreign == []
