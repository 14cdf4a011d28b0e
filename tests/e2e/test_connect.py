"""`connect()`: an engine for anybody's Pyodide page, without a line of script of theirs.

On WebGPU it is the engine of `test_provider_on_engines.py`.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error

from tests.e2e.conftest import COLLECT_WORKERS, OriginGuard
from tests.e2e.elsewhere import DEMO, PythonPage, python_page, serving_openly
from tests.e2e.trained import ANSWERS, EVERYTHING, WHAT
from tools.serve import SITE

STRICT = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' blob: 'wasm-unsafe-eval'",
        "worker-src blob:",
        "connect-src 'self' blob:",
    ]
)

ASK = f"""
from webllm_provider import create_session
session = await create_session()
try:
    answer = await session.execute({WHAT!r})
finally:
    await session.cleanup()
"""

START_AND_ASK = f"""
from webllm_provider import connect
engine = await connect(model={DEMO!r})
{ASK}
await engine.close()
answer
"""


@pytest.fixture(scope="module")
def own(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[PythonPage]:
    """A page beside the site, in a browser without WebGPU; every request of it stays on the origin."""
    with cpu_browser.new_context(service_workers="block") as context:
        context.add_init_script(COLLECT_WORKERS)
        origin_guard.watch(context)
        page = python_page(context, site)
        page.install()
        yield page


@pytest.fixture(scope="module")
def abroad(cpu_browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PythonPage]:
    """A page on an origin of its own; the site sends CORS headers."""
    folder = tmp_path_factory.mktemp("abroad")
    with (
        cpu_browser.new_context() as context,
        serving_openly(SITE) as open_site,
        serving_openly(folder) as origin,
    ):
        page = python_page(context, open_site, folder=folder, origin=origin)
        page.install()
        page.run("import webllm_provider")
        yield page


@pytest.fixture(autouse=True)
def _nothing_left(own: PythonPage) -> Iterator[None]:
    yield
    own.wait_for_engines(0)


def test_one_call_starts_the_engine_and_a_session_answers_without_arguments(
    own: PythonPage, site: str
) -> None:
    seen = json.loads(
        own.run(
            f"""
import json
from webllm_provider import connect
steps = []
engine = await connect(model={DEMO!r}, on_progress=steps.append)
{ASK}
stages = [step["stage"] for step in steps]
seen = dict(answer=answer, model=engine.model, stages=stages, web_llm=engine.sources.web_llm)
await engine.close()
json.dumps(seen)
"""
        )
    )
    assert seen["answer"] == ANSWERS[WHAT]
    assert seen["model"]["id"] == DEMO
    assert (seen["model"]["engine"]["kind"], seen["model"]["engine"]["version"]) == ("wllama", "3.8.1")
    assert seen["stages"][0] == "prepare"
    assert seen["web_llm"] == f"{site}engines/web-llm.js", "By default the sources lie beside the site."


def test_a_plain_mount_plan_answers_through_it(own: PythonPage) -> None:
    answer = own.run(
        f"""
from amplifier_core import AmplifierSession
plan = {{
    "session": {{"orchestrator": {{"module": "loop-webllm"}}, "context": {{"module": "context-webllm"}}}},
    "providers": [{{"module": "provider-webllm", "config": {{"model": {DEMO!r}}}}}],
}}
async with await connect(model={DEMO!r}):
    async with AmplifierSession(plan) as session:
        answer = await session.execute({WHAT!r})
answer
"""
    )
    assert answer == ANSWERS[WHAT]


def test_scripts_of_the_page_may_use_the_same_functions(own: PythonPage) -> None:
    own.run(f"engine = await connect(model={DEMO!r})")
    batches, whole, chunks, models = own.page.evaluate(
        """async question => {
          const request = JSON.stringify({ messages: [{ role: "user", content: question }], temperature: 0 });
          const stream = js_llm_stream(request);
          const batches = [];
          for (let text = await stream.next(); text !== null; text = await stream.next()) batches.push(text);
          const chunks = [];
          const whole = await js_llm_complete_streaming(request, chunk => chunks.push(chunk));
          return [batches, whole, chunks, await js_llm_models()];
        }""",
        WHAT,
    )
    events = [event for batch in batches for event in json.loads(batch)]
    text = "".join(event["text"] for event in events if event["type"] == "delta")
    assert events[0]["type"] == "started"
    assert events[-1]["type"] == "finished"
    assert text == json.loads(whole)["choices"][0]["message"]["content"] == ANSWERS[WHAT]
    assert "".join(chunk["content"] for chunk in chunks if chunk["type"] == "delta") == text
    assert json.loads(models)[0]["id"] == DEMO
    own.run("await engine.close()")


def test_an_engine_that_is_closed_leaves_nothing_behind(own: PythonPage) -> None:
    own.run(f"engine = await connect(model={DEMO!r})\nawait engine.close()\nawait engine.close()")
    assert own.page.evaluate("Object.keys(globalThis).filter(name => name.startsWith('js_llm'))") == []
    own.wait_for_engines(0)
    error = own.run("try:\n    await engine.load()\nexcept Exception as e:\n    error = str(e)\nerror")
    assert "connect()" in error


def test_of_two_engines_the_later_one_stands_and_the_earlier_comes_back(own: PythonPage) -> None:
    seen = json.loads(
        own.run(
            f"""
import js, webllm_provider
from webllm_provider._browser import BridgeTransport
first = await connect(model={DEMO!r})
second = await connect()
seen = [(await BridgeTransport().status())["type"], (await first.status())["type"]]
await second.close()
seen.append((await BridgeTransport().status())["type"])
await first.close()
seen.append(hasattr(js, "js_llm_status"))
third, fourth = await connect(), await connect(model={DEMO!r})
await third.close()
seen.append((await BridgeTransport().status())["type"])
await fourth.close()
seen.append(hasattr(js, "js_llm_status"))
json.dumps(seen)
"""
        )
    )
    assert seen == ["empty", "ready", "ready", False, "ready", False]


def test_a_worker_that_dies_is_replaced_and_nothing_is_lost(own: PythonPage) -> None:
    own.run(
        f"""
import asyncio, json
from webllm_provider import connect
engine = await connect(model={DEMO!r})
body = {{"messages": [{{"role": "user", "content": {EVERYTHING!r}}}], "temperature": 0}}
started = asyncio.Event()
async def read():
    events = []
    async for event in engine.stream({{**body, "delta_interval_ms": 0}}):
        events.append(event)
        started.set()
    return events
reading = asyncio.ensure_future(read())
await started.wait()
"""
    )
    own.kill_engine()
    events = json.loads(own.run("json.dumps(await asyncio.wait_for(reading, 60))"))
    text = "".join(event["text"] for event in events if event["type"] == "delta")
    assert ANSWERS[EVERYTHING].startswith(text)
    last = events[-1]
    # It went on in the next worker, or it said what became of it.
    assert (last["type"], text) == ("finished", ANSWERS[EVERYTHING]) or last["error"]["code"] == "worker_died"
    own.kill_engine()
    assert own.run("(await engine.status())['type']") in ("loading", "ready")
    assert own.run(f"{ASK}\nawait engine.close()\nanswer") == ANSWERS[WHAT]


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 20, 60])
def test_cancelling_the_start_ends_the_worker_at_whatever_moment(own: PythonPage, turns: int) -> None:
    outcome = own.run(
        f"""
task = asyncio.ensure_future(connect(model={DEMO!r}))
for _ in range({turns}):
    await asyncio.sleep(0.002)
ready = task.done()
task.cancel()
await asyncio.wait([task])
if not task.cancelled():
    await task.result().close()
"ready" if ready else "cancelled" if task.cancelled() else "failed"
"""
    )
    assert outcome in ("ready", "cancelled")


def test_cancelling_a_load_while_it_tells_its_progress_ends_the_worker(own: PythonPage) -> None:
    assert own.run(
        f"""
told = asyncio.Event()
task = asyncio.ensure_future(connect(model={DEMO!r}, on_progress=lambda step: told.set()))
await told.wait()
task.cancel()
await asyncio.wait([task])
task.cancelled()
"""
    )


def failure(page: PythonPage, sources: str, model: str = DEMO) -> tuple[str, str, str]:
    """How connect() fails with these sources: class, code, sentence with hint."""
    kind, code, said = json.loads(
        page.run(
            f"""
import json
from webllm_provider import EngineSources, connect
try:
    engine = await connect(model={model!r}, device="cpu", sources={sources})
except Exception as error:
    failed = [type(error).__name__, getattr(error, "code", None), str(error)]
else:
    await engine.close()
    failed = ["none", "", ""]
json.dumps(failed)
"""
        )
    )
    return kind, code, said


def beside(site: str, **others: str | bool) -> str:
    """The sources beside a site, but for some."""
    changed = ", ".join(f"{name}={value!r}" for name, value in others.items())
    return f"__import__('dataclasses').replace(EngineSources.beside({site!r}), {changed})"


def test_a_file_that_is_not_there_is_named_with_its_status(own: PythonPage, site: str) -> None:
    kind, code, said = failure(own, beside(site, wllama=f"{site}engines/nothing.js"))
    assert (kind, code) == ("DownloadFailed", "download_failed")
    assert "engines/nothing.js" in said
    assert "404" in said


def test_a_file_of_another_version_is_refused_by_its_hash(abroad: PythonPage, tmp_path: Path) -> None:
    (tmp_path / "wllama.js").write_text((SITE / "engines/wllama.js").read_text() + "\n// newer\n")
    with serving_openly(tmp_path) as elsewhere:
        kind, code, said = failure(abroad, beside(abroad.site, wllama=f"{elsewhere}wllama.js"))
        assert (kind, code) == ("EngineFailed", "integrity_failed")
        assert "hash" in said
        assert "wllama.js" in said
        assert failure(abroad, beside(abroad.site, wllama=f"{elsewhere}wllama.js", pinned=False))[0] == "none"


def test_the_demo_model_needs_to_be_told_where_it_lies(own: PythonPage) -> None:
    kind, code, said = failure(own, "EngineSources()")
    assert (kind, code) == ("ModelNotFound", "model_not_found")
    assert "EngineSources(demo=" in said


def test_a_page_elsewhere_works_where_the_site_lets_it_read(abroad: PythonPage, site: str) -> None:
    assert abroad.run(START_AND_ASK) == ANSWERS[WHAT]
    kind, code, said = failure(abroad, beside(abroad.site, wllama_wasm=f"{site}engines/wllama.wasm"))
    assert (kind, code) == ("DownloadFailed", "download_failed")
    origin = abroad.page.evaluate("location.origin")
    assert f"Access-Control-Allow-Origin for {origin}" in said


def test_a_site_with_other_engines_than_the_wheel_s_is_no_default(abroad: PythonPage, tmp_path: Path) -> None:
    shutil.copytree(SITE / "engines", tmp_path / "engines")
    pins = tmp_path / "engines" / "engines.json"
    pins.write_text(re.sub(r'"sha256": "..', '"sha256": "00', pins.read_text()))
    with serving_openly(tmp_path) as elsewhere:
        abroad.run(
            f"""
from importlib.metadata import distribution
folder = f"webllm_provider-{{webllm_provider.__version__}}.dist-info"
noted = distribution("webllm-provider").locate_file(folder) / "PYODIDE_URL"
wheel = noted.read_text()
noted.write_text({elsewhere!r} + "wheels/webllm_provider.whl")
"""
        )
        try:
            kind, _, said = failure(abroad, "None")
        finally:
            abroad.run("noted.write_text(wheel)")
    assert kind == "ProtocolMismatch"
    assert "other engines" in said


def test_python_in_a_worker_starts_an_engine_of_its_own(own: PythonPage, site: str) -> None:
    install = f"import micropip\nawait micropip.install('webllm_provider', index_urls='{site}wheels/simple')"
    connect = f"from webllm_provider import connect\nengine = await connect(model={DEMO!r})"
    told = own.page.evaluate(
        """code => new Promise(resolve => {
          globalThis.python = new Worker("worker.js", { type: "module" });
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = ({ data }) => resolve(data);
          python.postMessage({ code, port: port2 }, [port2]);
        })""",
        f"{install}\n{connect}\n{ASK}\nawait engine.close()\nanswer",
    )
    own.page.evaluate("python.terminate()")
    assert told == {"value": ANSWERS[WHAT]}


def test_under_a_strict_policy_nothing_is_evaluated(cpu_browser: Browser, site: str) -> None:
    with cpu_browser.new_context() as context:
        page = python_page(context, site, policy=STRICT)
        page.install()
        answer = page.run(START_AND_ASK)
        assert answer == ANSWERS[WHAT]
        with pytest.raises(Error, match=r"EvalError|unsafe-eval"):
            page.run("from pyodide.code import run_js\nrun_js('1 + 1')")


def test_a_policy_that_blocks_the_engine_is_named_with_its_directive(cpu_browser: Browser, site: str) -> None:
    with cpu_browser.new_context() as context:
        page = python_page(context, site, policy=STRICT.replace("worker-src blob:", "worker-src 'self'"))
        page.install()
        kind, code, said = failure(page, "None")
        assert (kind, code) == ("EngineUnavailable", "unsupported")
        assert "worker-src" in said
    with cpu_browser.new_context() as context:
        page = python_page(context, site, policy=STRICT.replace("'self' blob: 'wasm", "'self' 'wasm"))
        page.install()
        kind, _, said = failure(page, "None")
        assert kind in ("EngineUnavailable", "DownloadFailed")
        assert "script-src" in said
        kind, _, said = failure(page, "EngineSources(demo='models/demo/')")
        assert "script-src" in said or "connect-src" in said
    with cpu_browser.new_context() as context:
        page = python_page(
            context, site, policy=STRICT.replace("connect-src 'self' blob:", "connect-src 'self'")
        )
        page.install()
        _, code, said = failure(page, "None")
        assert code == "unsupported"
        assert "connect-src" in said
        assert "blob:" in said
