"""The console scripts: what they say, what they refuse, and the walk through the API."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.api.conftest import ROOT, Offering, Server, free_port, scripted
from webllm_provider.testing import answer


def program(module: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


async def test_the_demo_walks_through_the_api(server: Server, offer: Offering) -> None:
    await offer(scripted(respond=lambda body: answer("I can ", "answer.")))
    done = await asyncio.to_thread(program, "webllm_provider.demo", server.url)
    assert done.returncode == 0, done.stderr
    assert "models   scripted-1" in done.stdout
    assert "answer   I can answer." in done.stdout
    assert "batch    2 of 2" in done.stdout
    assert "metrics" in done.stdout
    assert done.stdout.count("history") >= 3


def test_the_demo_says_what_is_missing(server: Server) -> None:
    alone = program("webllm_provider.demo", server.url)
    assert alone.returncode == 1
    assert "No tab offers its engine yet" in alone.stdout
    nobody = program("webllm_provider.demo", f"http://127.0.0.1:{free_port()}")
    assert nobody.returncode == 1
    assert "webllm-api" in nobody.stderr


def test_a_bad_setting_is_named_without_its_value() -> None:
    done = program("webllm_provider.api.server", WEBLLM_TEMPERATURE="hot-secret")
    assert done.returncode == 2
    assert "temperature" in done.stderr
    assert "hot-secret" not in done.stderr


def test_a_folder_without_a_site_is_refused(tmp_path: Path) -> None:
    done = program("webllm_provider.api.server", "--site", str(tmp_path))
    assert done.returncode == 2
    assert "make site" in done.stderr


def test_the_environment_and_its_file_configure_the_server(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("WEBLLM_DEFAULT_MODEL=from-the-file\nOTHER=1\nLOG_LEVEL=warning\n")
    site = tmp_path / "site"
    (site / "assets").mkdir(parents=True)
    (site / "index.html").write_text("<title>chat</title>")
    (site / "assets" / "a-1.js").write_text("1")
    configured = start_server("--site", str(site), LOG_LEVEL="ERROR")
    told = httpx.get(f"{configured.url}/webllm/api/models").json()
    assert told["default_model"] == "from-the-file"
    assert "INFO" not in configured.log.read_text()
    # What to do next stands there whatever the log's level.
    assert f"Open http://localhost:{configured.port}/webllm/" in configured.log.read_text()
    page = httpx.get(f"{configured.url}/", follow_redirects=True)
    assert (page.text, page.headers["cache-control"]) == ("<title>chat</title>", "no-cache")
    part = httpx.get(f"{configured.url}/webllm/assets/a-1.js")
    assert "immutable" in part.headers["cache-control"]
    assert httpx.get(f"{configured.url}/webllm/nothing.js").status_code == 404


def test_the_application_needs_no_server_to_be_imported() -> None:
    code = (
        "import sys, webllm_provider.api; "
        "print({'uvicorn', 'httpx', 'redis', 'websockets', 'sqlite3'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"
