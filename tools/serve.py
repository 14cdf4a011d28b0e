"""Serve a built site as a plain static host would: no special headers, no rewriting.

As a program: `python -m tools.serve [--port 8000] [--host 127.0.0.1] [FOLDER]`.
"""

from __future__ import annotations

import argparse
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SITE = Path(os.environ.get("WEBLLM_SITE") or ROOT / "dist" / "site")
"""The built site; `WEBLLM_SITE` names another one, for trying two builds side by side."""


class Handler(SimpleHTTPRequestHandler):
    """Static files, kept alive between requests."""

    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        # A rebuilt site must be seen at the next reload.
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the browser's own log says what failed."""


# What `mimetypes` does not know on every machine.
Handler.extensions_map = {
    **SimpleHTTPRequestHandler.extensions_map,
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".whl": "application/zip",
}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that closes a connection early is no news."""


def make_server(
    folder: Path, host: str = "127.0.0.1", port: int = 0, handler: type[SimpleHTTPRequestHandler] = Handler
) -> Server:
    return Server((host, port), partial(handler, directory=str(folder)))


@contextmanager
def serving(folder: Path = SITE, handler: type[SimpleHTTPRequestHandler] = Handler) -> Iterator[str]:
    """Serve `folder` on a free port of localhost; gives the base URL, with a slash at its end."""
    server = make_server(folder, handler=handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the built site.")
    parser.add_argument("folder", nargs="?", type=Path, default=SITE)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    if not (options.folder / "index.html").exists():
        parser.error(f"{options.folder} holds no index.html: build the site first (make site)")
    try:
        server = make_server(options.folder, options.host, options.port)
    except OSError as error:
        parser.error(f"port {options.port} cannot be used ({error.strerror}): choose another with --port")
    print(f"Serving {options.folder} on http://localhost:{server.server_address[1]}/ (Ctrl+C ends it)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
