"""Load: a model from what this browser keeps, by our engine room, beside the engine's own loader.

The demo model, and one of 100 MB that is made here. Each load has a page of its own in one browser that
keeps the files, so that nothing comes over a network and no engine runs from before; both sides read the
same files (on WebGPU the very same entries of WebLLM's caches). Ours is the whole room: its frame, its
worker, the search for what is missing, the cell, the engine. Where a room is there already, as behind the
application's start, only the rest of it is.

On WebGPU most of a load is the driver's: it compiles the shaders, each time anew. So the moment when all
parameters are in the GPU's memory is a figure of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from playwright.sync_api import BrowserContext, Page

from bench import synthetic
from bench.conditions import taken_now
from bench.figure import Figure, paired
from bench.overhead import MODEL
from bench.page import launched
from bench.results import Result
from bench.rounds import one_round
from bench.running import Rig
from tests.e2e.app import wait_until

Moments = dict[str, float]


@dataclass(frozen=True)
class Round:
    """Three loads, one right after the other."""

    whole: Moments
    """Ours, with the room's start."""
    there: Moments
    """Ours, in a room that is there."""
    theirs: Moments


Device = Literal["cpu", "webgpu"]

FEWEST = 3
"""Whole loads on a software adapter, each of which takes a quarter of a minute."""
SETTLE_MS = 500
PATIENCE_MS = 300_000
LIBRARY = "models/demo/webllm/resolve/main/demo-webgpu.wasm"
LARGE = "bench-large"


@dataclass(frozen=True)
class Loaded:
    """A model that is loaded; paths as the site has them."""

    id: str
    name: str
    gguf: str
    folder: str
    context: int | None
    """That the CPU engine is given room for; None: as much as llama.cpp takes by itself."""
    own: bool

    def definition(self, site: str) -> dict[str, Any]:
        """What `add_model` takes."""
        weights = {"weights_url": f"{site}{self.folder}", "library_url": f"{site}{LIBRARY}"}
        return {"id": self.id, "gguf_url": f"{site}{self.gguf}", "download_bytes": synthetic.BYTES, **weights}


MODELS = (
    Loaded(MODEL, "the demo model", "models/demo/demo.gguf", "models/demo/webllm/", 2048, own=False),
    Loaded(LARGE, "100 MB", f"bench/models/{synthetic.GGUF}", "bench/models/", None, own=True),
)
ENGINE = {"cpu": "llama.cpp on the CPU", "webgpu": "WebLLM on WebGPU"}
BESIDE = {"cpu": "wllama's own `loadModelFromUrl`", "webgpu": "WebLLM's own `CreateWebWorkerMLCEngine`"}


class _Sides:
    """Both loaders in one browser."""

    def __init__(self, context: BrowserContext, site: str, device: Device, model: Loaded) -> None:
        self._context, self._site, self._device, self._model = context, site, device, model
        # The first loads bring the files to where each keeps them: on WebGPU that is one place.
        if model.own:
            with self._page() as page:
                page.evaluate("model => loads.addOurs(model)", model.definition(site))
        self._ours()
        if device == "cpu":
            self._theirs()

    def round(self, first: int) -> Round:
        """One load of each kind; `first` counts the rounds."""
        loads = {"whole": self._ours, "there": lambda: self._ours(open=True), "theirs": self._theirs}
        return Round(**one_round(loads, first))

    def _ours(self, *, open: bool = False) -> Moments:
        return self._load("loadOurs", {"model": self._model.id, "device": self._device, "open": open})

    def _theirs(self) -> Moments:
        model = self._model
        if self._device == "cpu":
            return self._load("loadByWllama", {"gguf": model.gguf, "context": model.context})
        return self._load("loadByWebLLM", {"model": model.id, "folder": model.folder, "library": LIBRARY})

    def _load(self, by: str, given: dict[str, Any]) -> Moments:
        with self._page() as page:
            moments: Moments = page.evaluate(f"given => loads.{by}(given)", given)
            return moments

    @contextmanager
    def _page(self) -> Iterator[Page]:
        page = self._context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        try:
            page.goto(f"{self._site}bench/load.html")
            wait_until(page, "globalThis.loads !== undefined", PATIENCE_MS)
            yield page
        finally:
            # What one load leaves behind is not part of the next.
            page.goto("about:blank")
            page.wait_for_timeout(SETTLE_MS)
            page.close()


def _figure(device: Device, what: str, moment: str, pairs: list[tuple[Moments, Moments]]) -> Figure:
    return paired(
        f"{ENGINE[device]}: loading {what}",
        "ms",
        "lower",
        [(ours[moment], theirs[moment]) for ours, theirs in pairs],
        beside=BESIDE[device],
        goal="ratio at most 1.0",
    )


def _measured(sides: _Sides, rig: Rig, device: Device, model: Loaded) -> list[Figure]:
    webgpu = device == "webgpu"
    rounds = [sides.round(number) for number in range(min(rig.pairs, FEWEST) if webgpu else rig.pairs)]
    moments = {"loaded": "it is loaded", "first": "the first token of a question that waits"}
    if webgpu:
        moments = {"uploaded": "its parameters are on the GPU", **moments}
    whole = [(each.whole, each.theirs) for each in rounds]
    there = [(each.there, each.theirs) for each in rounds]
    cached = f"{model.name} from what the browser keeps"
    return [
        *(_figure(device, f"{cached}, until {until}", moment, whole) for moment, until in moments.items()),
        *(
            _figure(device, f"{cached}, in a room that is there, until {until}", moment, there)
            for moment, until in moments.items()
        ),
    ]


def _run(rig: Rig, device: Device) -> Result:
    synthetic.make()
    # WebLLM does not keep a library whose address speaks of localhost; those of other sites it does.
    site = rig.site.replace("//localhost:", "//127.0.0.1:")
    figures = []
    adapter = None
    with launched(rig.playwright, webgpu=device == "webgpu") as browser, browser.new_context() as context:
        for model in MODELS:
            sides = _Sides(context, site, device, model)
            figures += _measured(sides, rig, device, model)
        if device == "webgpu":
            page = context.new_page()
            page.goto(f"{site}bench/load.html")
            wait_until(page, "globalThis.loads !== undefined", PATIENCE_MS)
            adapter = str(page.evaluate("loads.adapter()"))
        return Result(f"load_{device}", figures, taken_now(browser.version, adapter))


def run_cpu(rig: Rig) -> Result:
    """Loads of llama.cpp."""
    return _run(rig, "cpu")


def run_webgpu(rig: Rig) -> Result:
    """Loads of WebLLM: minutes on a software adapter."""
    return _run(rig, "webgpu")
