"""Models are brought whole whatever the network, the disk and the tabs do, and go as they came."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.app import wait_until
from tests.e2e.model_host import Fault, ModelHost, gguf, hosting_models, in_shards
from tests.e2e.room import EngineRoom, Event, room_in
from tests.e2e.trained import ANSWERS, WHAT

GGUF = gguf()
FILE = "model.gguf"
SHARDED = in_shards("sharded", 5)
SHARD = "sharded/resolve/main/params_shard_2.bin"
STARTED_MS = 60_000
# A piece is 64 KiB: the whole GGUF file takes some seconds.
SLOW = 0.02


@pytest.fixture
def host() -> Iterator[ModelHost]:
    with hosting_models({FILE: GGUF, "other.gguf": GGUF, **SHARDED}) as serving:
        yield serving


@pytest.fixture
def context(cpu_browser: Browser) -> Iterator[BrowserContext]:
    with cpu_browser.new_context(service_workers="block") as opened:
        yield opened


@pytest.fixture
def room(context: BrowserContext, host: ModelHost) -> EngineRoom:
    return opened(context, host)


@pytest.fixture
def gpu_room(webgpu_browser: Browser, host: ModelHost) -> Iterator[EngineRoom]:
    with webgpu_browser.new_context(service_workers="block") as context:
        yield opened(context, host)


def opened(context: BrowserContext, host: ModelHost) -> EngineRoom:
    """A tab whose engine room knows both models of the host."""
    room = room_in(context, host.url)
    room.query({"type": "add_model", "model": {"id": "mine", "gguf_url": host.at(FILE)}})
    sharded = {"weights_url": host.at("sharded/"), "library_url": host.at("sharded/lib.wasm")}
    room.query({"type": "add_model", "model": {"id": "sharded", **sharded}})
    return room


def fetched(room: EngineRoom, model: str, device: str = "cpu") -> Event:
    return room.stream({"type": "fetch", "model": model, "device": device})[-1]


def begin(room: EngineRoom, model: str) -> None:
    """Start a download and leave it running; its events so far stand in `events`."""
    room.page.evaluate(
        """model => {
          globalThis.events = [];
          globalThis.download = client.stream({ type: "fetch", model, device: "cpu" });
          (async () => {
            for (let batch = await download.next(); batch !== null; batch = await download.next())
              events.push(...batch);
          })();
        }""",
        model,
    )


def wait_for_bytes(page: Page, count: int) -> None:
    wait_until(page, f"events.some(event => event.loaded_bytes > {count})", STARTED_MS)


def wait_for_end(page: Page) -> Event:
    ends = "['fetched', 'failure'].includes(events.at(-1)?.type)"
    wait_until(page, ends, STARTED_MS)
    last: Event = page.evaluate("events.at(-1)")
    return last


def stored(room: EngineRoom) -> dict[str, Any]:
    return {row["model"]: row for row in room.query({"type": "stored"})["models"]}


def answer(room: EngineRoom, model: str) -> str:
    room.load(model)
    events = room.complete(WHAT, temperature=0)
    return "".join(event["text"] for event in events if event["type"] == "delta")


def put_in_cache(page: Page, url: str, content: list[int] | int) -> None:
    """Damage what lies in WebLLM's cache: other bytes, or so many zeros."""
    page.evaluate(
        """async ([url, content]) => {
          const cache = await caches.open("webllm/model");
          await cache.put(url, new Response(new Uint8Array(content)));
        }""",
        [url, content],
    )


def test_a_download_cut_at_ten_offsets_fetches_exactly_what_is_missing(
    room: EngineRoom, host: ModelHost
) -> None:
    spread = random.Random(6)
    host.faults[FILE] = [Fault(cut_after=spread.randrange(1, 900_000)) for _ in range(10)]
    assert fetched(room, "mine") == {"type": "fetched", "model": "mine", "bytes": len(GGUF)}
    requests = host.of(FILE)
    assert len(requests) == 11
    for before, after in pairwise(requests):
        assert after.offset == before.offset + before.sent
    assert host.sent(FILE) == len(GGUF)
    assert answer(room, "mine") == ANSWERS[WHAT]


def test_a_server_that_ignores_ranges_sends_the_whole_file_again(room: EngineRoom, host: ModelHost) -> None:
    host.ignores_ranges = True
    host.faults[FILE] = [Fault(cut_after=500_000)]
    assert fetched(room, "mine")["type"] == "fetched"
    assert [seen.offset for seen in host.of(FILE)] == [0, 0]
    assert answer(room, "mine") == ANSWERS[WHAT]


def test_a_download_goes_on_after_a_pause_and_after_a_reload(room: EngineRoom, host: ModelHost) -> None:
    host.crawls_behind = 1_500_000
    begin(room, "mine")
    wait_for_bytes(room.page, 1_000_000)
    room.page.evaluate("download.cancel()")
    assert wait_for_end(room.page)["error"]["code"] == "aborted"
    paused = stored(room)["mine"]
    assert paused["state"] == "partial"
    assert paused["bytes"] > 1_000_000
    host.crawls_behind = 3_500_000
    begin(room, "mine")
    wait_for_bytes(room.page, 3_000_000)
    room.page.reload()
    room.page.evaluate("client.ready.then(() => null)")
    host.crawls_behind = None
    begin(room, "mine")
    assert wait_for_end(room.page)["type"] == "fetched"
    first, second, third = host.of(FILE)
    assert (first.offset, second.offset) == (0, paused["bytes"])
    assert third.offset >= 3_000_000
    assert answer(room, "mine") == ANSWERS[WHAT]


def test_progress_tells_bytes_rate_and_time(room: EngineRoom, host: ModelHost) -> None:
    host.seconds_per_piece = SLOW
    events = room.stream({"type": "fetch", "model": "mine", "device": "cpu"})
    told = [event for event in events if event.get("stage") == "download"]
    assert told[-1]["total_bytes"] == len(GGUF)
    assert any((event["bytes_per_s"] or 0) > 0 and (event["remaining_s"] or 0) > 0 for event in told)
    assert [event["fraction"] for event in told] == sorted(event["fraction"] for event in told)


def test_two_tabs_download_a_model_once(context: BrowserContext, room: EngineRoom, host: ModelHost) -> None:
    host.crawls_behind = 500_000
    second = opened(context, host)
    begin(room, "mine")
    wait_for_bytes(room.page, 100_000)
    begin(second, "mine")
    wait_until(second.page, "events.some(event => event.text?.includes('another tab'))", STARTED_MS)
    host.crawls_behind = None
    assert wait_for_end(room.page)["type"] == "fetched"
    assert wait_for_end(second.page)["type"] == "fetched"
    assert host.sent(FILE) == len(GGUF)


def test_a_shard_that_is_damaged_on_the_wire_or_on_the_disk_is_fetched_again_alone(
    gpu_room: EngineRoom, host: ModelHost
) -> None:
    room = gpu_room
    host.faults[SHARD] = [Fault(corrupt_at=1000)]
    assert fetched(room, "sharded", "webgpu")["type"] == "fetched"
    assert {path for path in SHARDED if len(host.of(path)) > 1} == {SHARD}
    for damage in (7, len(SHARDED[SHARD])):
        host.forget()
        put_in_cache(room.page, host.at(SHARD), damage)
        assert fetched(room, "sharded", "webgpu")["type"] == "fetched"
        assert [seen.path for seen in host.seen] == [SHARD]
    host.faults[SHARD] = [Fault(corrupt_at=1000), Fault(corrupt_at=1000)]
    put_in_cache(room.page, host.at(SHARD), 7)
    error = fetched(room, "sharded", "webgpu")["error"]
    assert error["code"] == "integrity_failed"
    assert error["details"]["file"] == "params_shard_2.bin"


def test_a_damaged_file_that_an_engine_complains_of_is_mended(room: EngineRoom, host: ModelHost) -> None:
    assert fetched(room, "mine")["type"] == "fetched"
    room.page.evaluate(
        """async size => {
          const root = await navigator.storage.getDirectory();
          const models = await root.getDirectoryHandle("webllm-provider-weights");
          for await (const folder of models.values())
            for await (const handle of folder.values()) {
              if ((await handle.getFile()).size !== size) continue;
              const writing = await handle.createWritable({ keepExistingData: true });
              await writing.write(new Uint8Array(100_000));
              await writing.close();
            }
        }""",
        len(GGUF),
    )
    host.forget()
    complaint = room.page.evaluate("async () => (await load('mine')).at(-1)")
    assert complaint["error"]["code"] in ("engine_failed", "integrity_failed"), complaint
    assert answer(room, "mine") == ANSWERS[WHAT]
    assert host.sent(FILE) == len(GGUF)


def test_a_full_quota_says_what_could_be_deleted(
    context: BrowserContext, room: EngineRoom, host: ModelHost
) -> None:
    room.query({"type": "add_model", "model": {"id": "first", "gguf_url": host.at("other.gguf")}})
    assert fetched(room, "first")["type"] == "fetched"
    limit_quota(context, room.page, host, 12_000_000)
    error = fetched(room, "mine")["error"]
    assert error["code"] == "quota_exceeded"
    assert [row["model"] for row in error["details"]["deletable"]] == ["first"]
    kept = stored(room)["mine"]["bytes"]
    assert kept > 1_000_000
    room.query({"type": "delete_stored", "model": "first"})
    assert fetched(room, "mine")["type"] == "fetched"
    assert [seen.offset for seen in host.of(FILE)] == [0, kept]
    assert answer(room, "mine") == ANSWERS[WHAT]


def limit_quota(context: BrowserContext, page: Page, host: ModelHost, size: int) -> None:
    """Chromium writes no more than this; what it estimates stays what it was."""
    cdp = context.new_cdp_session(page)
    cdp.send("Storage.overrideQuotaForOrigin", {"origin": host.url.rstrip("/"), "quotaSize": size})


def test_an_exported_model_answers_in_another_browser_without_a_network(
    cpu_browser: Browser, room: EngineRoom, host: ModelHost, tmp_path: Path
) -> None:
    assert fetched(room, "mine")["type"] == "fetched"
    packed = room.stream({"type": "export", "model": "mine"})[-1]
    assert (packed["type"], packed["name"]) == ("exported", "mine.webllm.zip")
    stick = save(room.page, packed, tmp_path)
    assert stick.stat().st_size == packed["bytes"]
    room.query({"type": "delete_stored", "model": "mine"})
    assert stored(room) == {}
    host.down = True
    with cpu_browser.new_context(service_workers="block") as elsewhere:
        away = room_in(elsewhere, host.url)
        torn = tmp_path / "torn.zip"
        torn.write_bytes(stick.read_bytes()[:-5000])
        assert imported(away, torn)["error"]["code"] == "integrity_failed"
        assert stored(away) == {}
        assert imported(away, stick) == {"type": "fetched", "model": "mine", "bytes": len(GGUF)}
        assert stored(away)["mine"]["state"] == "whole"
        assert answer(away, "mine") == ANSWERS[WHAT]


def save(page: Page, packed: Event, folder: Path) -> Path:
    """What a person does with an export: a click on a link."""
    with page.expect_download() as download:
        page.evaluate(
            """({ url, name }) => {
              const link = Object.assign(document.createElement("a"), { href: url, download: name });
              link.click();
            }""",
            {"url": packed["url"], "name": packed["name"]},
        )
    path = folder / str(packed["name"])
    download.value.save_as(path)
    return path


def imported(room: EngineRoom, path: Path) -> Event:
    """What a person does with a file: to choose it."""
    room.page.evaluate(
        "document.body.append(Object.assign(document.createElement('input'), { type: 'file' }))",
    )
    chooser = room.page.locator("input").last
    chooser.set_input_files(path)
    url = chooser.evaluate("input => URL.createObjectURL(input.files[0])")
    return room.stream({"type": "import", "url": url})[-1]


def test_deleting_touches_nothing_else_of_the_origin(gpu_room: EngineRoom, host: ModelHost) -> None:
    room = gpu_room
    assert fetched(room, "mine")["type"] == "fetched"
    assert fetched(room, "sharded", "webgpu")["type"] == "fetched"
    room.page.evaluate(
        """async () => {
          await (await caches.open("somebody-else")).put("/theirs", new Response("theirs"));
          await (await caches.open("webllm/model")).put("/unknown-model", new Response("theirs"));
          const root = await navigator.storage.getDirectory();
          await root.getDirectoryHandle("somebody-else", { create: true });
          await new Promise((done, failed) => {
            const opening = indexedDB.open("somebody-else");
            opening.onsuccess = () => { opening.result.close(); done(); };
            opening.onerror = failed;
          });
        }"""
    )
    room.query({"type": "delete_stored", "model": "mine"})
    assert set(stored(room)) == {"sharded"}
    host.forget()
    assert fetched(room, "sharded", "webgpu")["type"] == "fetched"
    assert host.seen == []
    room.query({"type": "delete_stored", "model": None})
    assert stored(room) == {}
    left = room.page.evaluate(
        """async () => {
          const folders = [];
          for await (const name of (await navigator.storage.getDirectory()).keys()) folders.push(name);
          const databases = (await indexedDB.databases()).map(({ name }) => name);
          const model = await (await caches.open("webllm/model")).keys();
          return {
            folders, databases, caches: await caches.keys(),
            model: model.map(({ url }) => new URL(url).pathname),
          };
        }"""
    )
    assert "somebody-else" in left["folders"]
    assert "somebody-else" in left["databases"]
    assert "somebody-else" in left["caches"]
    assert left["model"] == ["/unknown-model"]
