"""What a browser holds in memory once nobody needs what it has left lying about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, Worker

from bench.memory import NotMeasurable, browser_processes
from tools import browser as chromium
from tools.processes import PROC

OWN = ("Pss_Anon:", "Pss_Shmem:")
"""Without the program's own files: each running browser counts its share of them, and others come and go."""
NOT_OURS = "OnDeviceModelService"
"""A process that Chromium starts for its own models some minutes after itself: 6 MB, whatever a page does."""
COLLECTING = "--js-flags=--expose-gc"
"""Every answer leaves some megabytes to V8, which it collects a hundred megabytes later."""
COLLECT = "gc({ type: 'major', flavor: 'last-resort' })"
"""As V8 collects before it says that memory is at its end. The young generation of each isolate grows to
tens of megabytes where much is thrown away, and a collection of another kind leaves it as large: 53 MB in
the workers behind 450 turns, all of it empty."""
COLLECTIONS = 3
"""What one leaves to finalizers and weak references, the next one finds."""
GIVEN_BACK_MS = 20_000
"""V8 keeps the pages that a collection has emptied for whoever wants new ones, and gives them back to the
system when nobody has wanted them for 8 to 16 seconds. Until then they count as the browser's: 85 MB right
behind 150 turns of a conversation, 10 behind the first ten."""
SAMPLES = 3
"""A browser gives memory back when it likes: the least of several measurements is what is held."""
BETWEEN_MS = 1_000
PATIENCE_S = 10


@contextmanager
def collecting(playwright: Playwright, *, webgpu: bool = False) -> Iterator[Browser]:
    """A browser of its own, because the others' processes would count, that can be told to collect."""
    flags = [*chromium.flags(webgpu=webgpu), COLLECTING]
    browser = playwright.chromium.launch(executable_path=str(chromium.ensure()), args=flags)
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def collecting_profile(playwright: Playwright) -> Iterator[BrowserContext]:
    """The same with a profile on the disk, as a person has one: what a private one stores lies in memory."""
    flags = [*chromium.flags(webgpu=False), COLLECTING]
    with TemporaryDirectory() as folder:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=str(chromium.ensure()), args=flags, service_workers="block"
        )
        try:
            yield context
        finally:
            context.close()


def own_mb() -> float:
    """Megabytes that the browsers of this program have written."""
    if "Pss_Anon:" not in (PROC / "self" / "smaps_rollup").read_text():
        raise NotMeasurable("Memory is read from /proc/PID/smaps_rollup, which this system does not have.")
    total = 0
    for process in browser_processes():
        if NOT_OURS in (PROC / str(process) / "cmdline").read_text():
            continue
        lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith(OWN))
    return total / 1000


def held_mb(page: Page, collect: Callable[[], object] = lambda: None) -> float:
    """Megabytes that the page's browser holds once every isolate has given back what nobody needs.

    Args:
        collect: has the page's Python do the same, where it has one.
    """
    for _ in range(COLLECTIONS):
        collect()
        page.evaluate(COLLECT)
        for worker in page.workers:
            _collect(worker)
        page.wait_for_timeout(BETWEEN_MS)
    page.wait_for_timeout(GIVEN_BACK_MS)
    looks = [own_mb()]
    while len(looks) < SAMPLES:
        page.wait_for_timeout(BETWEEN_MS)
        looks.append(own_mb())
    return min(looks)


def _collect(worker: Worker) -> None:
    # Playwright may keep a worker whose parent was ended, and would wait for its answer for ever.
    answer = asyncio.wait_for(worker._impl_obj.evaluate(COLLECT, None), PATIENCE_S)
    with suppress(Error, TimeoutError):
        worker._sync(answer)
