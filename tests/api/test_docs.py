"""What docs/api.md and deploy/ show is what runs."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.conftest import ROOT, Offering, Server, free_port, hello, scripted, until
from tools import nginx
from tools.redis_server import RedisServer
from webllm_provider._mount import build
from webllm_provider._websocket import WebSocketTransport
from webllm_provider.api.environment import from_environment
from webllm_provider.api.settings import Settings
from webllm_provider.config import ProviderConfig
from webllm_provider.offering import offer_engine
from webllm_provider.testing import answer

DOCS = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def snippet(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", DOCS, re.M | re.S)
    assert found is not None
    return found.group(1)


async def test_the_snippet_of_the_official_client_runs(server: Server, offer: Offering) -> None:
    await offer(scripted(respond=lambda body: answer("I can ", "answer.")))
    code = snippet("python").replace("http://localhost:8000", server.url)
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "I can answer.\n"


async def test_the_config_of_the_docs_reaches_a_tab() -> None:
    config = dict(line.split(": ") for line in snippet("yaml").splitlines())
    provider = build(ProviderConfig.read(config), None, None)
    assert isinstance(provider._transport, WebSocketTransport)
    assert provider._transport.url == "ws://localhost:8000/webllm/client"


def test_every_endpoint_stands_in_the_docs(server: Server) -> None:
    paths = httpx.get(f"{server.url}/openapi.json").json()["paths"]
    for path in paths:
        last = [part for part in path.split("/") if not part.startswith("{")][-1]
        assert last in DOCS, path


def test_the_settings_of_the_docs_are_read(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    named = set(re.findall(r"`WEBLLM_([A-Z_]+)`", DOCS)) - {"SITE", "DATA"}
    fields = set(type(from_environment()).model_fields)
    assert {name.lower() for name in named} <= fields
    monkeypatch.setenv("WEBLLM_CACHE_SIZE", "1MiB")
    monkeypatch.setenv("WEBLLM_ALLOWED_ORIGINS", "https://a.example, https://b.example")
    read = from_environment()
    assert (read.cache_size, read.allowed_origins) == (2**20, ("https://a.example", "https://b.example"))


def limit_as_shown(name: str, value: float) -> str:
    if name in ("body_limit", "cache_size"):
        return f"{value // 2**20} MiB"
    if name == "cache_age":
        return f"{value / 86_400:g} days"
    if name == "session_age":
        return f"{value / 60:g} minutes"
    return f"{value:g} s" if isinstance(value, float) else str(value)


def test_the_limits_of_the_docs_are_the_defaults() -> None:
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \| (`WEBLLM_[^|]+) \|$", DOCS, re.M)
    assert len(rows) >= 8
    defaults = Settings().model_dump()
    for shown, names in rows:
        for name in re.findall(r"`WEBLLM_([A-Z_]+)`", names):
            assert limit_as_shown(name.lower(), defaults[name.lower()]) in shown, name


async def test_the_proxy_passes_streams_and_sockets(server: Server) -> None:
    location = (
        (ROOT / "deploy" / "nginx.conf").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
    )
    mapping = (ROOT / "deploy" / "nginx-map.conf").read_text()
    with nginx.proxying(mapping, location) as url:
        engine = scripted(answer(*(f"{number} " for number in range(50))))
        address = url.rstrip("/").replace("localhost", "127.0.0.1")
        async with offer_engine(address, engine), httpx.AsyncClient(base_url=address, timeout=30) as client:

            async def one() -> bool:
                return int((await client.get("/webllm/api/status")).json()["engines_ready"]) == 1

            await until(one)
            body = {"messages": [{"role": "user", "content": "Hello"}], "stream": True}
            async with client.stream("POST", "/v1/chat/completions", json=body) as response:
                assert response.status_code == 200
                parts = 0
                async for part in response.aiter_raw():
                    parts += bool(part)
            # Buffered, it would have come in one piece.
            assert parts > 1


@pytest.fixture
def gunicorn(tmp_path: Path) -> Iterator[Server]:
    """Two processes behind one port, as deploy/ configures them."""
    configuration = ROOT / "deploy" / "gunicorn.conf.py"
    unit = (ROOT / "deploy" / "webllm-api.service").read_text()
    app = "webllm_provider.api.server:server_app()"
    assert f'"{app}"' in unit
    port = free_port()
    redis = RedisServer(tmp_path)
    redis.start()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "WEBLLM_REDIS_URL": redis.url,
        "WEBLLM_WORKERS": "2",
        "WEBLLM_BIND": f"127.0.0.1:{port}",
        "WEBLLM_DATA": str(tmp_path),
        "WEBLLM_TOKEN": "sesame",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", str(configuration), app]
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=environment, cwd=tmp_path, stdout=output, stderr=output, text=True
        )
    server = Server(process, port, log)
    try:
        server.wait()
        yield server
    finally:
        server.end()
        redis.stop()
    assert "Traceback" not in log.read_text()


async def test_gunicorn_runs_two_processes_that_share_a_tab(gunicorn: Server) -> None:
    async with httpx.AsyncClient(base_url=gunicorn.url) as client:
        assert (await client.get("/v1/models")).status_code == 401
        told = await client.get("/v1/models", headers={"authorization": "Bearer sesame"})
        assert told.json() == {"object": "list", "data": []}
    assert gunicorn.log.read_text().count("Booting worker") == 2
    async with offer_engine(gunicorn.sockets, scripted(*[hello()] * 8), token="sesame"):
        await until(lambda: _everywhere(gunicorn))
        # Each request has a connection of its own: it comes to either process.
        assert [await _said(gunicorn) for _ in range(8)] == ["Hello"] * 8


async def _everywhere(server: Server) -> bool:
    """Whether the tab's engine is seen again and again, whichever process is asked."""
    seen = []
    for _ in range(8):
        async with httpx.AsyncClient(headers={"authorization": "Bearer sesame"}) as client:
            seen.append((await client.get(f"{server.url}/v1/models")).json()["data"])
    return all(seen)


async def _said(server: Server) -> str:
    body = {"messages": [{"role": "user", "content": "Hello?"}]}
    async with httpx.AsyncClient(headers={"authorization": "Bearer sesame"}, timeout=60) as client:
        told = await client.post(f"{server.url}/v1/chat/completions", json=body)
    return str(told.json()["choices"][0]["message"]["content"])
