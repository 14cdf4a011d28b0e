"""Pages of other people, on origins of their own: a Pyodide that they started, and no script of ours."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

from tools.serve import SITE, Handler, serving

ROOT = Path(__file__).resolve().parents[2]
PAGES = Path(__file__).parent / "pages"
PYODIDE = ROOT / "web" / "node_modules" / "pyodide"
MICROPIP = next((SITE / "wheels").glob("micropip-*.whl"), Path("micropip.whl"))
DEMO = "webllm-demo-1-q0f32"


class OpenHandler(Handler):
    """A static host that lets pages of any origin read its files, as CDNs do."""

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()


def serving_openly(folder: Path) -> AbstractContextManager[str]:
    """Serve a folder with CORS headers on a free port of localhost; gives the base URL."""
    return serving(folder, OpenHandler)


def distribution(folder: Path) -> Path:
    """A copy of what Pyodide's CDN serves, as far as tests need it: the runtime, and PyPI's micropip."""
    shutil.copytree(PYODIDE, folder, dirs_exist_ok=True)
    shutil.copy(MICROPIP, folder)
    path = folder / "pyodide-lock.json"
    lock: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    sha256 = hashlib.sha256(MICROPIP.read_bytes()).hexdigest()
    lock["packages"]["micropip"].update(file_name=MICROPIP.name, sha256=sha256)
    path.write_text(json.dumps(lock), encoding="utf-8")
    return folder


@dataclass
class PythonPage:
    """A page whose Pyodide runs the Python that a test gives it."""

    page: Page
    site: str

    def install(self, package: str = "webllm_provider", site: str | None = None) -> None:
        index = f"{site or self.site}wheels/simple"
        self.run(f"import micropip\nawait micropip.install({package!r}, index_urls={index!r})")

    def run(self, code: str) -> Any:
        """What the code's last expression gives; `json.dumps` it where it is more than a text."""
        return self.page.evaluate("code => run(code)", code)

    def wait_for_engines(self, count: int) -> None:
        """Wait until this many engine workers live: each holds a Web Lock until it is gone."""
        self.page.evaluate(
            """async count => {
              for (let turns = 0; turns < 3000; turns += 1) {
                const { held } = await navigator.locks.query();
                const living = held.filter(({ name }) => name.startsWith("webllm-provider-engine-"));
                if (living.length === count) return;
                await new Promise(resolve => setTimeout(resolve, 20));
              }
              throw new Error(`There are not ${count} engines.`);
            }""",
            count,
        )

    def kill_engine(self) -> None:
        """End the engine worker the way a crash does: without a word."""
        self.page.evaluate("startedWorkers.at(-1).terminate()")


def python_page(
    context: BrowserContext,
    site: str,
    *,
    folder: Path | None = None,
    origin: str | None = None,
    pyodide: str | None = None,
    policy: str = "",
) -> PythonPage:
    """A page that runs Pyodide from `pyodide`, under a policy; beside the site, or on an origin of its own.

    Chromium takes a document that a test answers for to be from the public network, which may not ask
    localhost for anything but its own origin. So a page elsewhere is served from `folder`, at `origin`.
    """
    base, runtime = origin or site, (pyodide or f"{site}pyodide").rstrip("/")
    boot = (PAGES / "boot.js").read_text(encoding="utf-8")
    boot = boot.replace("PYODIDE", runtime).replace("MICROPIP", f"{site}wheels/{MICROPIP.name}")
    document = (PAGES / "python.html").read_text(encoding="utf-8")
    bodies = {
        "python.html": (document.replace("<!-- POLICY -->", _meta(policy)), "text/html"),
        "boot.js": (boot, "text/javascript"),
        "worker.js": ((PAGES / "worker.js").read_text(encoding="utf-8"), "text/javascript"),
    }
    for name, (body, kind) in bodies.items():
        if folder is None:
            context.route(f"{base}{name}", _answering(body, kind))
        else:
            (folder / name).write_text(body, encoding="utf-8")
    page = context.new_page()
    page.goto(f"{base}python.html")
    page.evaluate("ready.then(() => null)")
    return PythonPage(page, site)


def _answering(body: str, kind: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=body, content_type=kind)


def _meta(policy: str) -> str:
    return f'<meta http-equiv="Content-Security-Policy" content="{policy}" />' if policy else ""
