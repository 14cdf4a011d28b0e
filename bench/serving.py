"""The built site, and beside it, under `bench/`, the benchmarks' own pages."""

from __future__ import annotations

import subprocess
from contextlib import AbstractContextManager
from pathlib import Path

from tools import serve as static
from tools.serve import SITE, Handler

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "web" / "node_modules"
BUILT = ROOT / "build" / "bench"
MADE = ROOT / "build" / "bench-models"
"""Models that are made for one benchmark."""
PREFIX = "/bench/"
MODELS = "models/"
SCRIPTED_WORKER = "scripted-worker.js"
FILES = {
    "modules/web-llm.js": MODULES / "@mlc-ai" / "web-llm" / "lib" / "index.js",
    "modules/wllama.js": MODULES / "@wllama" / "wllama" / "esm" / "index.js",
}
"""What the pages import, beside what lies in `bench/pages`."""


class BenchHandler(Handler):
    """Serves the benchmarks' pages beside a site."""

    built = BUILT
    """Where the scripted engine's worker lies."""

    def translate_path(self, path: str) -> str:
        if not path.startswith(PREFIX):
            return str(super().translate_path(path))
        name = path.removeprefix(PREFIX).partition("?")[0]
        pages = Path(__file__).parent / "pages"
        if name.startswith(MODELS):
            made = {str(path.relative_to(MADE)): path for path in MADE.rglob("*")}
            return str(made.get(name.removeprefix(MODELS), pages / "missing"))
        if name == SCRIPTED_WORKER:
            return str(self.built / name)
        found = FILES.get(name) or next((page for page in pages.iterdir() if page.name == name), None)
        return str(found or pages / "missing")


def build() -> None:
    """Bundle the scripted engine's worker; a second."""
    command = ["npx", "vite", "build", "--config", "vite/bench.config.ts", "--logLevel", "warn"]
    subprocess.run(command, cwd=ROOT / "web", check=True)


def serving(folder: Path = SITE) -> AbstractContextManager[str]:
    """Serve the site and the pages on a free port; gives the site's URL, with a slash at its end."""
    return static.serving(folder, BenchHandler)
