"""A new version takes what changed, waits for the user, and breaks no page that is open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.app import wait_until
from tests.e2e.conftest import COLLECT_WORKERS
from tests.e2e.hosts import Host, hosting, next_version
from tests.e2e.test_offline import Visitor
from tests.e2e.trained import ANSWERS, OFFLINE, WHAT
from tools.serve import SITE
from webllm_provider._wire import PROTOCOL

LOOK_FOR_UPDATES = "navigator.serviceWorker.getRegistration().then(found => found.update()).then(() => true)"
UPDATED_WITHIN_MS = 30_000


@pytest.fixture(scope="module")
def next_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return next_version(tmp_path_factory.mktemp("versions") / "next", "0.2.0")


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting(SITE) as running:
        yield running


@pytest.fixture
def visitor(cpu_browser: Browser) -> Iterator[Visitor]:
    with cpu_browser.new_context() as context:
        context.add_init_script(COLLECT_WORKERS)
        yield Visitor(context)


def manifest(site: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((site / "offline.json").read_text())
    return content


def build(page: Page) -> str:
    name: str = page.evaluate("webllmApp.build")
    return name


def expect_update(page: Page, kind: str) -> None:
    expect(page.get_by_test_id("update")).to_have_attribute("data-kind", kind, timeout=UPDATED_WITHIN_MS)


def put_strangers_things(page: Page) -> None:
    """What WebLLM and other people keep in the same origin."""
    page.evaluate(
        """async () => {
          for (const name of ["webllm/model", "webllm/config", "webllm/wasm", "somebody-else"]) {
            await (await caches.open(name)).put("/kept", new Response(name));
          }
        }"""
    )


STRANGERS_THINGS = """Promise.all(["webllm/model", "webllm/config", "webllm/wasm", "somebody-else"]
  .map(name => caches.match("/kept", {cacheName: name}).then(found => found?.text() ?? null)))"""


def test_an_update_fetches_what_changed_and_old_pages_go_on(
    visitor: Visitor, host: Host, next_site: Path
) -> None:
    first = visitor.open_and_store(host.url)
    second = visitor.open(host.url)
    second.wait_until_ready()
    put_strangers_things(first.page)
    before, after = manifest(SITE), manifest(next_site)
    assert build(first.page) == before["build"]

    host.folder = next_site
    host.requested.clear()
    first.page.evaluate(LOOK_FOR_UPDATES)
    for page in (first.page, second.page):
        expect_update(page, "waiting")
    known = {file["sha256"] for file in before["files"]}
    changed = {file["path"] for file in after["files"] if file["sha256"] not in known}
    assert {path for path in host.requested if path != "sw.js"} == changed
    assert any(path.startswith("parts/wheels-") for path in changed)
    # Nobody has asked for it yet: the old version answers.
    second.page.reload()
    second.wait_until_ready()
    assert build(second.page) == before["build"]
    expect_update(second.page, "waiting")

    # A draft that was typed a moment ago is there in the new version.
    first.page.get_by_test_id("composer").fill("Half a thought")
    expect(first.page.get_by_test_id("update")).to_contain_text("goes on where it is")
    first.page.get_by_test_id("update-apply").click()
    wait_until(first.page, f"globalThis.webllmApp?.build === '{after['build']}'", UPDATED_WITHIN_MS)
    expect(first.page.get_by_test_id("composer")).to_have_value("Half a thought")
    expect_update(second.page, "outdated")
    assert first.page.evaluate(STRANGERS_THINGS) == [
        "webllm/model",
        "webllm/config",
        "webllm/wasm",
        "somebody-else",
    ]

    # The page of the old version starts an engine again, whose script the host has no more.
    visitor.cut_off(host)
    second.kill_engine()
    assert second.ask(WHAT).text == ANSWERS[WHAT]
    assert build(second.page) == before["build"]

    second.page.get_by_test_id("composer").fill("And another")
    second.page.get_by_test_id("update-reload").click()
    wait_until(second.page, f"globalThis.webllmApp?.build === '{after['build']}'", UPDATED_WITHIN_MS)
    expect(second.answers).to_have_count(1)
    expect(second.page.get_by_test_id("composer")).to_have_value("And another")
    second.wait_until_ready()
    assert second.ask(OFFLINE).text == ANSWERS[OFFLINE]
    assert second.page.evaluate("webllmApp.offline.kind") == "ready"


def test_a_deploy_that_breaks_off_half_way_leaves_the_old_version_working(
    visitor: Visitor, host: Host, next_site: Path
) -> None:
    app = visitor.open_and_store(host.url)
    last = next(path for path in (next_site / "assets").glob("worker-*next.js"))
    host.broken[last.relative_to(next_site).as_posix()] = None
    host.folder = next_site
    app.page.evaluate(f"{LOOK_FOR_UPDATES}.catch(() => true)")
    expect_update(app.page, "failed")
    expect(app.page.get_by_test_id("update")).to_contain_text("HTTP 404")

    app.page.reload()
    app.wait_until_ready()
    assert build(app.page) == manifest(SITE)["build"]
    assert app.ask(WHAT).text == ANSWERS[WHAT]

    # The deploy is completed: the next look finds it whole, and what had arrived is not fetched again.
    host.broken.clear()
    host.requested.clear()
    app.page.evaluate(LOOK_FOR_UPDATES)
    expect_update(app.page, "waiting")
    assert "index.html" not in host.requested


def test_a_page_and_an_engine_that_do_not_understand_each_other_ask_for_a_reload(
    visitor: Visitor, host: Host
) -> None:
    (worker,) = [path for path in SITE.glob("assets/worker-*.js") if "wllama" in path.read_text()]
    ours = "{{min:{min},max:{max}}}".format(**PROTOCOL)
    spoken = worker.read_text().replace(ours, "{min:70,max:70}")
    assert spoken != worker.read_text()
    host.broken[f"assets/{worker.name}"] = spoken.encode()
    app = visitor.open(host.url)
    expect(app.error).to_have_attribute("data-code", "protocol_mismatch", timeout=UPDATED_WITHIN_MS)
    expect(app.error).to_contain_text("Reload the page")
