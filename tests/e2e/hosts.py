"""Static hosts that a test can stop, break and deploy to, and versions to deploy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tools.serve import ROOT, SITE, Handler, Server

SEAL = ROOT / "web" / "vite" / "seal.mjs"
TEXTS = {".html", ".js", ".json"}


@dataclass
class Host:
    """A plain static server. Assigning `folder` is a deploy; every request is written down."""

    folder: Path
    prefix: str = "/"
    """The path under which the site lies."""
    port: int = 0
    broken: dict[str, bytes | None] = field(default_factory=dict)
    """Paths of the site that are answered with other bytes, or not found."""
    requested: list[str] = field(default_factory=list)
    """Paths of the site, in the order of the requests."""
    others: dict[str, Path] = field(default_factory=dict)
    """Sites under other paths of the same origin."""
    _server: Server | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}{self.prefix}"

    def start(self) -> None:
        server = Server(("127.0.0.1", self.port), partial(_Handler, host=self))
        self.port = server.server_address[1]
        self._server = server
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Close the port: from now on connections are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Handler(Handler):
    def __init__(self, *args: Any, host: Host) -> None:
        self.host = host
        super().__init__(*args)

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        for prefix, folder in {self.host.prefix: self.host.folder, **self.host.others}.items():
            if path.startswith(prefix):
                self.directory = str(folder)
                break
        else:
            self.send_error(404)
            return
        inside = path.removeprefix(prefix)
        self.path = f"/{inside}"
        self.host.requested.append(inside)
        if inside in self.host.broken:
            self._answer_broken(self.host.broken[inside])
        elif self.host._server is None:
            # A connection that was kept alive outlives the port.
            self.close_connection = True
        else:
            super().do_GET()

    def _answer_broken(self, content: bytes | None) -> None:
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(self.path.split("?")[0]))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def hosting(folder: Path = SITE, prefix: str = "/", **others: Path) -> Iterator[Host]:
    host = Host(folder, prefix, others={f"/{name}/": site for name, site in others.items()})
    host.start()
    try:
        yield host
    finally:
        host.stop()


def next_version(target: Path, version: str) -> Path:
    """The built site as a later version: other chunks, another lock file of the wheels, all else the same.

    What is the same is not copied; a file that changes is a new one.
    """
    shutil.copytree(SITE, target, copy_function=os.link)
    for chunk in sorted((target / "assets").glob("*.js")):
        if re.match(r"(index|worker)-", chunk.name):
            _write(chunk, chunk.read_text() + f"\n// {version}\n")
            _rename(target, chunk, f"{chunk.stem[:-4]}next.js")
    (lock,) = (target / "parts").glob("wheels-*/pyodide-lock.json")
    _write(lock, lock.read_text() + "\n")
    _rename(target, lock.parent, "wheels-0000000000")
    facts = re.sub(r'("version": )"[^"]+"', rf'\1"{version}"', (target / "version.json").read_text())
    _write(target / "version.json", facts)
    for sealed in ("index.html", "engine.html", "offline.json", "sw.js"):
        _write(target / sealed, (target / sealed).read_text())
    subprocess.run(["node", SEAL, target], check=True, stdout=subprocess.DEVNULL)
    return target


def _write(path: Path, text: str) -> None:
    """Write a file anew: the old one may be the built site's own."""
    path.unlink(missing_ok=True)
    path.write_text(text)


def _rename(site: Path, path: Path, name: str) -> None:
    """Give a file or folder another name, wherever the site speaks of it."""
    known_as = path.name
    path.rename(path.with_name(name))
    folders = (site, site / "assets")
    for text in (file for folder in folders for file in folder.iterdir() if file.suffix in TEXTS):
        content = text.read_text()
        if known_as in content:
            _write(text, content.replace(known_as, name))
