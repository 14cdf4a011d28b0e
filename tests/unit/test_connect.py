"""What of `connect()` can be shown without a browser: sources, the built files, and the way it fails here."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin

import pytest

from webllm_provider import (
    Aborted,
    BridgeMissing,
    Engine,
    EngineSources,
    EngineUnavailable,
    RequestRefused,
    connect,
)
from webllm_provider import _sources as sources_module
from webllm_provider._sources import PARTS, package_file, site_of, worker_sources

SHA = "ab" * 32
BODY: Any = {"messages": [{"role": "user", "content": "Hi"}]}


async def codes(engine: Engine) -> list[str]:
    return [event["error"]["code"] async for event in engine.stream(BODY) if event["type"] == "failure"]


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A package whose built files are those of a test: this suite runs before anything is built."""
    folder = tmp_path / "_engine"
    folder.mkdir()
    made = {
        part: {
            "version": "1.2.3",
            "sha256": SHA,
            "name": f"{part}.js",
            "cdn": f"https://cdn.test/{part}@1.2.3",
        }
        for part in PARTS
    }
    (folder / "engines.json").write_text(json.dumps(made))
    monkeypatch.setattr(sources_module, "files", lambda package: tmp_path)
    return folder


async def test_without_a_browser_the_sentence_names_the_transports_that_work_here() -> None:
    with pytest.raises(BridgeMissing, match=r"HttpTransport.*ScriptedTransport"):
        await connect(model="m")


async def test_an_engine_says_whether_its_worker_is_still_to_come_or_was_closed() -> None:
    engine = Engine(EngineSources())
    assert await codes(engine) == ["model_not_loaded"]
    await engine.close()
    assert await codes(engine) == ["aborted"]
    with pytest.raises(Aborted, match=r"connect\(\)"):
        await engine.models()


def test_a_package_that_was_not_built_says_what_to_run(built: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"engine-worker\.js.*build_wheel\.sh"):
        package_file("engine-worker.js")


@pytest.mark.parametrize("site", ["https://a.test/some/repo/", "https://a.test/some/repo"])
def test_a_site_serves_its_engines_and_its_model_under_stable_names(site: str, built: Path) -> None:
    sources = EngineSources.beside(site)
    assert sources.web_llm == "https://a.test/some/repo/engines/web_llm.js"
    assert sources.demo == "https://a.test/some/repo/models/demo/"


def test_what_is_not_named_comes_from_the_cdn_with_its_hash(built: Path) -> None:
    told = json.loads(worker_sources(EngineSources(wllama="https://b.test/w.js"), resolve=lambda url: url))
    assert told["webllm"] == {"url": "https://cdn.test/web_llm@1.2.3", "sha256": SHA}
    assert told["wllama"] == {"url": "https://b.test/w.js", "sha256": SHA}
    assert told["versions"] == {"webllm": "1.2.3", "wllama": "1.2.3"}
    assert told["demo"] is None


def test_any_version_may_be_allowed_and_then_none_is_claimed(built: Path) -> None:
    told = json.loads(worker_sources(EngineSources(pinned=False), resolve=lambda url: url))
    assert told["webllm"]["sha256"] is None
    assert told["versions"] == {"webllm": "unknown", "wllama": "unknown"}


def test_relative_addresses_count_from_the_page(built: Path) -> None:
    told = json.loads(
        worker_sources(
            EngineSources(wllama="w.js", demo="demo"), resolve=lambda url: urljoin("https://p.test/a/", url)
        )
    )
    assert (told["wllama"]["url"], told["demo"]) == ("https://p.test/a/w.js", "https://p.test/a/demo/")


def test_an_address_that_is_none_is_named(built: Path) -> None:
    def refuse(url: str) -> str:
        raise ValueError("Invalid URL")

    with pytest.raises(RequestRefused, match=r"EngineSources\.web_llm"):
        worker_sources(EngineSources(web_llm="::"), resolve=refuse)


@pytest.mark.parametrize(
    ("noted", "site"),
    [
        ({"PYODIDE_URL": "https://a.test/r/wheels/w.whl"}, "https://a.test/r/"),
        ({"PYODIDE_SOURCE": "https://a.test/r/wheels/w.whl\n"}, "https://a.test/r/"),
        ({"PYODIDE_SOURCE": "pyodide"}, None),
        ({"PYODIDE_URL": "emfs:/tmp/w.whl"}, None),
        ({"direct_url.json": '{"url": "https://a.test/wheels/w.whl"}'}, "https://a.test/"),
        ({"direct_url.json": '{"url": "file:///src"}'}, None),
        ({}, None),
    ],
)
def test_the_site_is_the_one_that_the_installer_wrote_down(noted: dict[str, str], site: str | None) -> None:
    installed: Any = SimpleNamespace(read_text=noted.get)
    assert site_of(installed) == site
