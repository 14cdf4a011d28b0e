"""Sessions of applications: tickets, the socket, results that no fault loses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from tests.api.conftest import Offering, Server, scripted, until
from webllm_provider._wire import CompletionBody
from webllm_provider.api.app import create_app
from webllm_provider.api.engines import SingleEngine
from webllm_provider.api.sqlite_store import SqliteStore
from webllm_provider.api.stores import MemoryStore, Store
from webllm_provider.testing import Script, Wait, answer

PATH = "/api/webllm/session"
CARDS = [{"question": "Q1?", "answer": "A1."}, {"question": "Q2?", "answer": "A2."}]


def cards(body: CompletionBody) -> Script:
    wanted = body.get("response_format", {}).get("json_schema", {}).get("schema", {})
    count = wanted.get("properties", {}).get("cards", {}).get("minItems")
    return answer("plain") if count is None else answer(json.dumps({"cards": CARDS[:count]}))


class Application:
    """A program that uses sessions."""

    def __init__(self, server: Server, token: str | None = None) -> None:
        headers = {"authorization": f"Bearer {token or server.session_token}"}
        self.http = httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30)

    async def create(self, **body: Any) -> dict[str, Any]:
        told = await self.http.post(PATH, json=body)
        assert told.status_code == 200, told.text
        return dict(told.json())

    async def show(self, session: str) -> dict[str, Any]:
        return dict((await self.http.get(f"{PATH}/{session}")).json())


@pytest.fixture
async def application(server: Server) -> AsyncIterator[Application]:
    made = Application(server)
    yield made
    await made.http.aclose()


@asynccontextmanager
async def connected(told: dict[str, Any]) -> AsyncIterator[websockets.ClientConnection]:
    async with websockets.connect(told["wsUrl"], proxy=None) as socket:
        yield socket


async def say(socket: websockets.ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def hear(socket: websockets.ClientConnection, *kinds: str) -> dict[str, Any]:
    """The next message of these types."""
    while True:
        message: dict[str, Any] = json.loads(await socket.recv())
        if message["type"] in kinds:
            return message


async def test_a_session_generates_through_the_pool(application: Application, offer: Offering) -> None:
    await offer(scripted(respond=cards))
    told = await application.create(modelId="scripted-1")
    assert (told["modelId"], told["status"]) == ("scripted-1", "ready")
    async with connected(told) as socket:
        await say(socket, type="generate", id="r1", prompt="Hello")
        first = await hear(socket, "progress")
        assert 0 <= first["progress"] <= 100
        result = await hear(socket, "result", "error")
        assert (result["id"], result["data"]) == ("r1", {"text": "plain"})


async def test_flashcards_fit_their_schema_and_are_kept(application: Application, offer: Offering) -> None:
    engine = scripted(respond=cards)
    await offer(engine)
    wanted = {"flashcards": {"topic": "Ulm", "count": 2}}
    for _ in range(2):
        async with connected(await application.create()) as socket:
            await say(socket, type="generate", id="r1", options=wanted)
            assert (await hear(socket, "result", "error"))["data"] == CARDS
    # The second time nobody was asked; with other settings somebody is.
    assert len(engine.bodies) == 1
    async with connected(await application.create()) as socket:
        await say(socket, type="generate", id="r1", options={**wanted, "temperature": 0.5})
        await hear(socket, "result")
    assert len(engine.bodies) == 2


async def test_a_result_waits_for_an_application_that_was_away(
    application: Application, offer: Offering
) -> None:
    engine = scripted([*answer("late")[:1], Wait(0.5), *answer("late")[1:]])
    await offer(engine)
    told = await application.create()
    async with connected(told) as socket:
        await say(socket, type="generate", id="r1", prompt="Hello")
        await hear(socket, "progress")

    async def ready() -> bool:
        return bool((await application.show(told["sessionId"]))["status"] == "ready")

    await until(ready)
    # Until it says that it has it, it gets it with every connection.
    for _ in range(2):
        async with connected(await application.show(told["sessionId"])) as socket:
            assert (await hear(socket, "result"))["data"] == {"text": "late"}
    async with connected(await application.show(told["sessionId"])) as socket:
        await hear(socket, "result")
        await say(socket, type="received", id="r1")
        await say(socket, type="nonsense")
        await hear(socket, "error")
    async with connected(await application.show(told["sessionId"])) as socket:
        await say(socket, type="nonsense")
        assert json.loads(await socket.recv())["type"] == "error"


async def test_the_sessions_own_tab_may_be_its_engine(application: Application) -> None:
    told = await application.create(engine="own")
    wanted = {"flashcards": {"topic": "own tab", "count": 1}}
    async with connected(told) as socket:
        await say(socket, type="generate", id="r1", options=wanted)
        asked = await hear(socket, "generate")
        assert asked["cacheKey"].startswith("webllm:flashcards:own tab:1:")
        await say(socket, type="response", id="r1", cacheKey="webllm:somebody:else", data=CARDS[:1])
        assert (await hear(socket, "result"))["data"] == CARDS[:1]
        await say(socket, type="generate", id="r2", options=wanted)
        assert (await hear(socket, "result", "generate"))["data"] == CARDS[:1]
        await say(socket, type="response", id="r9", cacheKey="", data=1)
        assert (await hear(socket, "error"))["code"] == "CONFLICT"


async def test_a_ticket_opens_its_own_session_once(application: Application) -> None:
    one, other = await application.create(), await application.create()
    async with connected(one):
        pass
    stolen = other["wsUrl"].split("ticket=")[1]
    for url in (
        one["wsUrl"],
        f"{one['wsUrl'].split('ticket=')[0]}ticket={stolen}",
        one["wsUrl"].split("?")[0],
    ):
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(url, proxy=None)
        assert refused.value.response.status_code == 401


async def test_sessions_ask_for_their_token(server: Server, application: Application) -> None:
    async with httpx.AsyncClient(base_url=server.url) as stranger:
        for headers in (
            {},
            {"authorization": "Bearer wrong"},
            {"authorization": "Bearer ä".encode("latin-1")},
        ):
            told = await stranger.post(PATH, json={}, headers=headers)  # type: ignore[arg-type]
            assert told.status_code == 401
    made = await application.create()
    assert (await application.http.delete(f"{PATH}/{made['sessionId']}")).status_code == 200
    assert (await application.http.get(f"{PATH}/{made['sessionId']}")).status_code == 404


@pytest.mark.parametrize(
    "message",
    ['{"type": "generate"}', "[]", '{"type": "generate", "id": "a", "options": {"temperature": 9}}'],
)
async def test_what_cannot_be_meant_is_said(application: Application, message: str) -> None:
    async with connected(await application.create()) as socket:
        await socket.send(message)
        assert (await hear(socket, "error"))["code"] == "VALIDATION_ERROR"


async def test_a_session_without_use_is_over(start_server: Callable[..., Server]) -> None:
    brief = start_server(WEBLLM_SESSION_AGE="0.3", WEBLLM_TOKEN="sesame")
    application = Application(brief, "sesame")
    told = await application.create()

    async def over() -> bool:
        # Asking would be using: wait longer than a session lives between two looks.
        await asyncio.sleep(0.5)
        return (await application.http.get(f"{PATH}/{told['sessionId']}")).status_code == 404

    await until(over)
    await application.http.aclose()


async def test_sessions_and_results_survive_a_restart(start_server: Callable[..., Server]) -> None:
    first = start_server(WEBLLM_TOKEN="sesame")
    application = Application(first, "sesame")
    told = await application.create(engine="own")
    wanted = {"flashcards": {"topic": "restart", "count": 1}}
    async with connected(told) as socket:
        await say(socket, type="generate", id="done", options=wanted)
        await hear(socket, "generate")
        await say(socket, type="response", id="done", data=CARDS[:1])
        await hear(socket, "result")
        await say(socket, type="generate", id="cut", prompt="again")
        await hear(socket, "generate")
    first.process.kill()
    first.process.wait()
    start_server(port=first.port, WEBLLM_TOKEN="sesame")
    async with connected(await application.show(told["sessionId"])) as socket:
        assert (await hear(socket, "result"))["id"] == "done"
        # What was under way is asked again.
        assert (await hear(socket, "generate"))["id"] == "cut"
    await application.http.aclose()


# ---- the stores ------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        self.time += 0.001
        return self.time


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Store, Clock]]:
    clock = Clock()
    made: Store
    if request.param == "memory":
        made = MemoryStore(limit=100, now=clock)
    else:
        made = SqliteStore(tmp_path / "kept", limit=100, now=clock)
    yield made, clock
    await made.close()


async def test_a_store_forgets_what_is_too_old(store: tuple[Store, Clock]) -> None:
    kept, clock = store
    await kept.put("a", {"b": [1, None, "ü"]}, age=10)
    assert await kept.get("a") == {"b": [1, None, "ü"]}
    clock.time += 11
    assert await kept.get("a") is None
    assert await kept.take("a") is None


async def test_a_store_forgets_what_was_used_least(store: tuple[Store, Clock]) -> None:
    kept, _ = store
    for key in "abc":
        await kept.put(key, "x" * 28, age=10)
    await kept.get("a")
    await kept.put("d", "x" * 28, age=10)
    assert [await kept.get(key) is not None for key in "abcd"] == [True, False, True, True]
    await kept.put("e", "x" * 200, age=10)
    assert await kept.get("e") is None


async def test_a_value_is_taken_once(store: tuple[Store, Clock]) -> None:
    kept, _ = store
    await kept.put("a", 1, age=10)
    assert (await kept.take("a"), await kept.take("a")) == (1, None)


async def test_the_ticket_of_an_ended_session_opens_nothing(application: Application) -> None:
    told = await application.create()
    await application.http.delete(f"{PATH}/{told['sessionId']}")
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with connected(told):
            pass
    assert refused.value.response.status_code == 404


async def test_requests_that_come_together_are_counted_one_by_one(application: Application) -> None:
    async with connected(await application.create(engine="own")) as socket:
        for number in range(24):
            await say(socket, type="generate", id=f"r{number}", prompt="Hello")
        told = [await hear(socket, "generate", "error") for _ in range(24)]
    refused = [one for one in told if one["type"] == "error"]
    assert len(refused) == 8
    assert {one["code"] for one in refused} == {"TOO_MANY_REQUESTS"}


async def test_a_session_is_its_maker_s_alone() -> None:
    async def identify(token: str) -> str | None:
        return token if token in ("ann", "bob") else None

    app = create_app(SingleEngine(scripted()), identify=identify)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        ann, bob = ({"authorization": f"Bearer {name}"} for name in ("ann", "bob"))
        told = (await client.post(PATH, json={}, headers=ann)).json()
        place = f"{PATH}/{told['sessionId']}"
        assert (await client.get(place, headers=bob)).status_code == 404
        assert (await client.delete(place, headers=bob)).status_code == 404
        assert (await client.get(place, headers=ann)).status_code == 200
