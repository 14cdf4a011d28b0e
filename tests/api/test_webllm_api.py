"""/webllm/api over the network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.api.conftest import Offering, Server, hello, scripted
from webllm_provider._wire import CompletionBody, ModelRecord
from webllm_provider.api.app import create_app
from webllm_provider.api.engines import SingleEngine
from webllm_provider.api.webllm import MOST_CONFIGURED
from webllm_provider.testing import Script, answer, failure


def record(model: str, **changes: Any) -> ModelRecord:
    whole: dict[str, Any] = {
        "id": model,
        "name": "Scripted",
        "devices": ["webgpu"],
        "download_bytes": 2_000_000_000,
        "memory_mb": 3000.0,
        "context_window": 4096,
        "quantization": "q4f16_1",
        "required_features": ["shader-f16"],
        "low_resource": True,
        "embedded": False,
        **changes,
    }
    return whole  # type: ignore[return-value]


@pytest.fixture
async def api(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{server.url}/webllm/api", timeout=30) as client:
        await client.post("/clear", json={})
        yield client


async def test_health_says_whether_anybody_can_answer(api: httpx.AsyncClient, offer: Offering) -> None:
    alone = (await api.get("/health")).json()
    assert (alone["status"], alone["service"], alone["models_loaded"]) == ("degraded", "webllm", 0)
    await offer(scripted())
    assert (await api.get("/health")).json()["status"] == "healthy"


async def test_models_are_the_catalogue_of_the_engines(api: httpx.AsyncClient, offer: Offering) -> None:
    records = [record("scripted-1"), record("large-1", low_resource=False)]
    await offer(scripted(records=records))
    told = (await api.get("/models")).json()
    assert (told["count"], told["default_model"]) == (2, "scripted-1")
    assert told["models"][0] == {
        "model_id": "scripted-1",
        "size_gb": 2.0,
        "vram_required_gb": 3.0,
        "recommended": True,
        "loaded": True,
    }
    fitting = (await api.get("/models", params={"recommended": "true"})).json()
    assert [one["model_id"] for one in fitting["models"]] == ["scripted-1"]


@pytest.mark.parametrize("path", ["/models/large-1/info", "/models/info?model_id=large-1"])
async def test_one_model_is_told_of(api: httpx.AsyncClient, offer: Offering, path: str) -> None:
    await offer(scripted(records=[record("large-1")]))
    told = (await api.get(path)).json()
    assert (told["model_id"], told["context_window"], told["loaded"]) == ("large-1", 4096, False)
    missing = await api.get(path.replace("large", "no"))
    assert (missing.status_code, missing.json()["code"]) == (404, "NOT_FOUND")
    assert isinstance(missing.json()["error"], str)


async def test_a_prompt_is_answered(api: httpx.AsyncClient, offer: Offering) -> None:
    engine = scripted(hello())
    await offer(engine)
    told = (await api.post("/infer", json={"prompt": "Hi", "temperature": 0.2, "max_tokens": 9})).json()
    assert (told["text"], told["tokens_generated"], told["mode"]) == ("Hello", 2, "client_side")
    assert told["model_id"] == "scripted-1"
    assert (engine.bodies[0]["temperature"], engine.bodies[0]["max_tokens"]) == (0.2, 9)
    entry = (await api.get("/history")).json()["history"][0]
    assert (entry["request_id"], entry["success"]) == (told["request_id"], True)


async def test_one_prompt_of_a_batch_fails_alone(api: httpx.AsyncClient, offer: Offering) -> None:
    def respond(body: CompletionBody) -> Script:
        prompt = body["messages"][-1]["content"]
        return [failure("context_exceeded", "Too long.")] if prompt == "long" else answer(f"re: {prompt}")

    await offer(scripted(respond=respond))
    told = (await api.post("/infer/batch", json={"prompts": ["a", "long", "c"]})).json()
    assert (told["total_prompts"], told["successful"], told["total_tokens"]) == (3, 2, 2)
    assert [result["success"] for result in told["results"]] == [True, False, True]
    assert told["results"][1]["failure"]["code"] == "CONTEXT_LENGTH_EXCEEDED"
    assert told["results"][2]["answer"]["text"] == "re: c"
    history = (await api.get("/history", params={"limit": 100})).json()
    assert sorted(entry["success"] for entry in history["history"]) == [False, True, True]


async def test_a_models_settings_hold_until_a_request_says_otherwise(
    api: httpx.AsyncClient, offer: Offering
) -> None:
    engine = scripted(hello(), hello())
    await offer(engine)
    told = await api.post(
        "/config/models", json={"model_type": "scripted-1", "max_tokens": 7, "repeat_penalty": 1.1}
    )
    assert told.json()["config"] == {"max_tokens": 7, "repeat_penalty": 1.1}
    assert "repeat_penalty" in told.json()["notes"][0]
    await api.post("/infer", json={"prompt": "a"})
    await api.post("/infer", json={"prompt": "a", "max_tokens": 8})
    assert [body["max_tokens"] for body in engine.bodies] == [7, 8]


async def test_metrics_add_up_and_can_be_cleared(api: httpx.AsyncClient, offer: Offering) -> None:
    await offer(scripted(hello(), hello()))
    for _ in range(2):
        await api.post("/infer", json={"prompt": "a"})
    metrics = (await api.get("/metrics")).json()
    assert metrics["inference_history_count"] == 2
    sums = metrics["metrics"]
    assert (sums["total_inferences"], sums["total_tokens"], sums["client_side_count"]) == (2, 4, 2)
    assert sums["average_inference_time"] == pytest.approx(sums["total_time_ms"] / 2)
    assert (await api.post("/clear")).json()["cleared"] == 2
    status = (await api.get("/status")).json()
    assert (status["total_inferences"], status["models_loaded"]) == (0, 1)


@pytest.mark.parametrize("mode", ["server_side", "hybrid"])
async def test_a_server_that_is_not_there_cannot_be_asked(api: httpx.AsyncClient, mode: str) -> None:
    told = await api.post("/infer", json={"prompt": "a", "mode": mode})
    assert (told.status_code, told.json()["field"]) == (400, "mode")


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "prompt"), ({"prompt": ""}, "prompt"), ({"prompt": "a", "top_p": 2}, "top_p"), ([], None)],
)
async def test_what_is_wrong_is_named(api: httpx.AsyncClient, body: Any, field: str | None) -> None:
    told = await api.post("/infer", json=body)
    assert told.status_code == 400
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["code"] == "VALIDATION_ERROR"
    assert told.json().get("field") == field


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"\xff\xfe", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"prompt": NaN}', "application/json", 400),
        (b'{"prompt": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"prompt": "a"}', "text/plain", 415),
        (b'{"prompt": "' + b"a" * 5_000_000 + b'"}', "application/json", 413),
    ],
)
async def test_bodies_that_are_none_are_refused(
    api: httpx.AsyncClient, content: bytes, kind: str, status: int
) -> None:
    told = await api.post("/infer", content=content, headers={"content-type": kind})
    assert told.status_code == status
    assert told.json()["status"] == status


async def test_a_body_without_a_length_is_measured(api: httpx.AsyncClient) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(6):
            yield b" " * 1_000_000

    told = await api.post("/infer", content=parts(), headers={"content-type": "application/json"})
    assert told.status_code == 413


async def test_settings_of_models_are_not_kept_without_end() -> None:
    app = create_app(SingleEngine(scripted()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        for number in range(MOST_CONFIGURED + 1):
            said = await client.post("/webllm/api/config/models", json={"model_type": f"m{number}"})
        again = await client.post("/webllm/api/config/models", json={"model_type": "m0"})
    assert (said.status_code, said.json()["field"]) == (400, "model_type")
    assert again.status_code == 200
