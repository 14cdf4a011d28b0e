"""The built site, and beside it, under `bench/`, the benchmarks' own pages."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from tools.serve import SITE, Handler, Server

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "web" / "node_modules"
BUILT = ROOT / "build" / "bench"
PREFIX = "/bench/"
FILES = {
    "scripted-worker.js": BUILT / "scripted-worker.js",
    "modules/web-llm.js": MODULES / "@mlc-ai" / "web-llm" / "lib" / "index.js",
    "modules/wllama.js": MODULES / "@wllama" / "wllama" / "esm" / "index.js",
}
"""What the pages import, beside what lies in `bench/pages`."""


class _Handler(Handler):
    def translate_path(self, path: str) -> str:
        if not path.startswith(PREFIX):
            return str(super().translate_path(path))
        name = path.removeprefix(PREFIX).partition("?")[0]
        pages = Path(__file__).parent / "pages"
        found = FILES.get(name) or next((page for page in pages.iterdir() if page.name == name), None)
        return str(found or pages / "missing")


def build() -> None:
    """Bundle the scripted engine's worker; a second."""
    command = ["npx", "vite", "build", "--config", "vite/bench.config.ts", "--logLevel", "warn"]
    subprocess.run(command, cwd=ROOT / "web", check=True)


@contextmanager
def serving(folder: Path = SITE) -> Iterator[str]:
    """Serve the site and the pages on a free port; gives the site's URL, with a slash at its end."""
    handler: Any = partial(_Handler, directory=str(folder))
    server = Server(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
