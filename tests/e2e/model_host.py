"""The built site with models beside it, on a server that honours ranges and breaks where a test says so."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import md5
from pathlib import Path
from typing import Any

from tools.serve import SITE, Handler, Server

ARTIFACTS = Path(__file__).resolve().parents[2] / "models" / "demo" / "artifacts"
HUB = "/hub/"
PIECE = 64 * 1024
DRAINED_S = 0.3
CRAWL_S = 0.5


@dataclass
class Fault:
    """What happens to one answer."""

    cut_after: int | None = None
    """Bytes after which the connection breaks."""
    corrupt_at: int | None = None
    """Where in the file one byte is another."""


@dataclass
class Seen:
    """One request for a file of a model."""

    path: str
    offset: int
    sent: int = 0


@dataclass
class ModelHost:
    """Files by path below `/hub/`; what was asked for and what went out is written down."""

    files: dict[str, bytes]
    port: int = 0
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    """Taken one after another, by the requests for a path."""
    seen: list[Seen] = field(default_factory=list)
    seconds_per_piece: float = 0
    """A slow network: the wait before every 64 KiB."""
    crawls_behind: int | None = None
    """From this byte on so little comes that nothing ends while a test does something."""
    ignores_ranges: bool = False
    down: bool = False
    """True: every connection for a model breaks before an answer."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        # By number: WebLLM keeps no library from a host that is called localhost.
        return f"http://127.0.0.1:{self.port}/"

    def at(self, path: str) -> str:
        return f"{self.url}hub/{path}"

    def of(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.path == path]

    def sent(self, path: str) -> int:
        return sum(seen.sent for seen in self.of(path))

    def forget(self) -> None:
        self.seen.clear()

    def wait_before(self, offset: int) -> None:
        """Wait as long as the network takes for the piece at an offset."""
        crawls = self.crawls_behind is not None and offset >= self.crawls_behind
        time.sleep(CRAWL_S if crawls else self.seconds_per_piece)

    def next_fault(self, path: str) -> Fault:
        with self._lock:
            waiting = self.faults.get(path, [])
            return waiting.pop(0) if waiting else Fault()


class _Handler(Handler):
    def __init__(self, *args: Any, host: ModelHost, **options: Any) -> None:
        self.host = host
        super().__init__(*args, **options)

    def do_HEAD(self) -> None:
        if not self.path.startswith(HUB):
            super().do_HEAD()
            return
        content = self._content()
        if content is not None:
            self._head(200, content, len(content))

    def do_GET(self) -> None:
        if not self.path.startswith(HUB):
            super().do_GET()
            return
        content = self._content()
        if content is None:
            return
        path = self.path.removeprefix(HUB)
        offset = self._offset()
        seen = Seen(path, offset)
        self.host.seen.append(seen)
        if offset and offset >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._head(206 if offset else 200, content, len(content) - offset, offset)
        self._body(content, seen, self.host.next_fault(path))

    def _content(self) -> bytes | None:
        content = self.host.files.get(self.path.removeprefix(HUB))
        if self.host.down:
            self.close_connection = True
            self.connection.close()
            return None
        if content is None:
            self.send_error(404)
        return content

    def _offset(self) -> int:
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        return int(asked.group(1)) if asked and not self.host.ignores_ranges else 0

    def _head(self, status: int, content: bytes, length: int, offset: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", f'"{md5(content).hexdigest()[:12]}"')
        if status == 206:
            self.send_header("Content-Range", f"bytes {offset}-{len(content) - 1}/{len(content)}")
        self.end_headers()

    def _body(self, content: bytes, seen: Seen, fault: Fault) -> None:
        if fault.corrupt_at is not None:
            changed = bytearray(content)
            changed[fault.corrupt_at] ^= 0xFF
            content = bytes(changed)
        at, end = seen.offset, len(content)
        if fault.cut_after is not None:
            end = min(end, at + fault.cut_after)
        while at < end:
            self.host.wait_before(at)
            piece = content[at : min(at + PIECE, end)]
            self.wfile.write(piece)
            at += len(piece)
            seen.sent += len(piece)
        if at < len(content):
            # A browser throws away what it has not handed out yet when a connection breaks.
            time.sleep(DRAINED_S)
            self.close_connection = True


@contextmanager
def hosting_models(files: dict[str, bytes]) -> Iterator[ModelHost]:
    host = ModelHost(files)
    handler: Callable[..., Any] = partial(_Handler, host=host, directory=str(SITE))
    server = Server(("127.0.0.1", 0), handler)
    host.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()


def gguf() -> bytes:
    """The demo model for the CPU: a real model in one file."""
    return (ARTIFACTS / "demo.gguf").read_bytes()


def in_shards(folder: str, count: int) -> dict[str, bytes]:
    """The demo model for WebGPU with its weights in several shards, by path below `folder`."""
    source = ARTIFACTS / "webllm"
    weights = (source / "params_shard_0.bin").read_bytes()
    index = json.loads((source / "tensor-cache.json").read_text(encoding="utf-8"))
    records = index["records"][0]["records"]
    per_shard = -(-len(records) // count)
    files: dict[str, bytes] = {}
    shards: list[dict[str, Any]] = []
    for number, first in enumerate(range(0, len(records), per_shard)):
        group = records[first : first + per_shard]
        start = group[0]["byteOffset"]
        content = weights[start : group[-1]["byteOffset"] + group[-1]["nbytes"]]
        name = f"params_shard_{number}.bin"
        files[name] = content
        moved = [{**record, "byteOffset": record["byteOffset"] - start} for record in group]
        facts = {"dataPath": name, "format": "raw-shard", "nbytes": len(content)}
        shards.append({**facts, "records": moved, "md5sum": md5(content).hexdigest()})
    files["tensor-cache.json"] = json.dumps({**index, "records": shards}).encode()
    for name in ("mlc-chat-config.json", "tokenizer.json"):
        files[name] = (source / name).read_bytes()
    placed = {f"{folder}/resolve/main/{name}": content for name, content in files.items()}
    return {**placed, f"{folder}/lib.wasm": (source / "demo-webgpu.wasm").read_bytes()}
