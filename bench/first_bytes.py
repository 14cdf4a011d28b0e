"""First bytes: what a first visit brings before its first answer, beside what it cannot do without.

Both sides are counted as the best host sends them (brotli): how a host packs is not the site's. What the
service worker keeps for a day without network comes behind Python and the model, and is not counted.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

from bench.conditions import taken_now
from bench.figure import paired
from bench.page import launched
from bench.results import Result
from bench.running import Rig
from bench.serving import MODULES, ROOT
from tests.e2e.app import App
from tests.e2e.hosts import hosting
from tests.e2e.trained import WHAT
from tools.serve import SITE

PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
PACKAGES = ("webllm-provider", "amplifier-core")
WHEELS = ROOT / "dist" / "wheels"
DEMO = ROOT / "models" / "demo" / "artifacts"
WLLAMA = MODULES / "@wllama" / "wllama" / "esm"


def _sizes(paths: Iterable[Path]) -> float:
    """Megabytes of these files, packed."""
    command = ["node", str(ROOT / "bench" / "sizes.mjs"), *map(str, paths)]
    sizes: list[int] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return sum(sizes) / 1e6


def _wheels() -> list[Path]:
    """The public wheels that a session needs."""
    packages = json.loads((WHEELS / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    needed = list(PACKAGES)
    for name in needed:
        needed += [one for one in packages[name]["depends"] if one not in needed]
    return [WHEELS / packages[name]["file_name"] for name in needed]


def _parts() -> list[Path]:
    pyodide = [MODULES / "pyodide" / name for name in PYODIDE]
    engine = [WLLAMA / "index.min.js", SITE / "engines" / "wllama.wasm"]
    return [*pyodide, *_wheels(), *engine, DEMO / "demo.gguf"]


def _visit(rig: Rig) -> tuple[str, list[Path]]:
    """The browser's version, and what was asked for until the first answer had come."""
    with launched(rig.playwright, webgpu=False) as browser, hosting(SITE) as host:
        with browser.new_context(service_workers="block") as context:
            app = App(context.new_page())
            app.page.goto(f"{host.url}?device=cpu")
            app.wait_until_ready()
            app.ask(WHAT)
            asked = {path.partition("?")[0] or "index.html" for path in host.requested}
        return browser.version, [SITE / path for path in sorted(asked) if (SITE / path).is_file()]


def run(rig: Rig) -> Result:
    """Count the bytes of a first visit; they are the same each time."""
    version, visited = _visit(rig)
    figure = paired(
        "First visit until the first answer of the demo model on the CPU, packed",
        "MB",
        "lower",
        [(_sizes(visited), _sizes(_parts()))],
        beside="Pyodide, the public wheels, wllama and the demo model alone",
        goal="at most 1.05 x",
    )
    return Result("first_bytes", [figure], taken_now(version))
