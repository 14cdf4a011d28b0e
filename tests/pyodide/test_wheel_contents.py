"""The wheel carries the engine worker, and knows which engines it was made for."""

from __future__ import annotations

import json
import re
import zipfile

import pytest

from tests.pyodide.harness import ROOT, WHEELS

FOLDER = "webllm_provider/_engine/"


@pytest.fixture(scope="module")
def wheel() -> zipfile.ZipFile:
    return zipfile.ZipFile(next(WHEELS.glob("webllm_provider-*.whl")))


def test_the_pins_are_those_of_the_lock_file(wheel: zipfile.ZipFile) -> None:
    locked = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    pins = json.loads(wheel.read(f"{FOLDER}engines.json"))
    for part, package in (
        ("web_llm", "@mlc-ai/web-llm"),
        ("wllama", "@wllama/wllama"),
        ("wllama_wasm", "@wllama/wllama"),
    ):
        assert pins[part]["version"] == locked[f"node_modules/{package}"]["version"]
        assert f"{package}@{pins[part]['version']}/" in pins[part]["cdn"]


def test_the_worker_is_one_small_file_without_the_engines(wheel: zipfile.ZipFile) -> None:
    worker = wheel.read(f"{FOLDER}engine-worker.js").decode()
    assert len(worker) < 500_000
    assert str(ROOT) not in worker
    assert not re.search(r'\bfrom\s*["\']', worker)
    assert "eval(" not in worker
