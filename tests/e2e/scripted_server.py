"""An OpenAI-compatible server whose model says what a test gives it, and which keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "seer"


@dataclass
class ScriptedServer:
    """What the model says next, and the bodies that came."""

    answers: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    base_url: str = ""


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    """Serves on a free port of localhost, to pages of every origin."""
    script = ScriptedServer()

    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self._begin("text/plain")

        def do_GET(self) -> None:
            self._begin("application/json")
            self.wfile.write(
                json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode()
            )

        def do_POST(self) -> None:
            script.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._begin("text/event-stream")
            for chunk in [*_chunks(script.answers.pop(0)), "[DONE]"]:
                self.wfile.write(f"data: {chunk}\n\n".encode())

        def _begin(self, kind: str) -> None:
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "*, Authorization, Content-Type")
            self.send_header("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
            self.send_header("Content-Type", kind)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.base_url = f"http://localhost:{server.server_address[1]}/v1"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()


def _chunks(answer: str) -> list[str]:
    said = {
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": answer}, "finish_reason": None}]
    }
    ended = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    head = {"id": "chat-1", "object": "chat.completion.chunk", "model": MODEL}
    return [json.dumps({**head, **each}) for each in (said, ended)]
