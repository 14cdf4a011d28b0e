"""A static host with one file that comes as far as a test lets it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tools.serve import SITE, Handler, Server

CHUNK = 64 * 1024


@dataclass
class Gate:
    """A file under `gated/`, which stops before the byte `limit` until the gate is opened."""

    file: Path
    limit: int
    url: str = ""
    """The base URL of the site, with a slash at its end."""
    starts: list[int] = field(default_factory=list)
    """The first byte of every request."""
    opened: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"{self.url}gated/{self.file.name}"

    @property
    def size(self) -> int:
        return self.file.stat().st_size


class _Handler(Handler):
    def __init__(self, *args: Any, gate: Gate, **options: Any) -> None:
        self.gate = gate
        super().__init__(*args, **options)

    def do_HEAD(self) -> None:
        if self._is_gated:
            self._head(200, 0, self.gate.size)
        else:
            super().do_HEAD()

    def do_GET(self) -> None:
        if not self._is_gated:
            super().do_GET()
            return
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(wanted[1]) if wanted else 0
        behind = int(wanted[2]) + 1 if wanted and wanted[2] else self.gate.size
        self.gate.starts.append(first)
        self._head(206 if wanted else 200, first, behind)
        content = self.gate.file.read_bytes()
        for at in range(first, behind, CHUNK):
            if at + CHUNK > self.gate.limit:
                self.gate.opened.wait()
            self.wfile.write(content[at : min(at + CHUNK, behind)])

    @property
    def _is_gated(self) -> bool:
        return self.path.split("?")[0] == f"/gated/{self.gate.file.name}"

    def _head(self, status: int, first: int, behind: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", '"gated"')
        self.send_header("Content-Length", str(behind - first))
        if status == 206:
            self.send_header("Content-Range", f"bytes {first}-{behind - 1}/{self.gate.size}")
        self.end_headers()


@contextmanager
def gated(file: Path, *, at: float) -> Iterator[Gate]:
    """Serve the built site, and `file` up to the fraction `at` until the gate is opened."""
    gate = Gate(file, limit=int(file.stat().st_size * at))
    server = Server(("127.0.0.1", 0), partial(_Handler, gate=gate, directory=str(SITE)))
    gate.url = f"http://localhost:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield gate
    finally:
        gate.opened.set()
        server.shutdown()
        thread.join()
        server.server_close()
