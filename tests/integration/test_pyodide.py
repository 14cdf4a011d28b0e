"""The same provider from Pyodide, by fetch (that of Node has the same interface), against the same server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pyodide.harness import WHEELS, Run
from tools.serve import serving

from .conftest import KEY, Server
from .test_server import EXPECTED

CHECKS = Path(__file__).parent / "checks"
PREPARE = "import sys\nif '/server' not in sys.path:\n    sys.path.insert(0, '/server')\nimport in_pyodide\n"

BREAKING = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
PIECE = b'data: {"choices":[{"delta":{"content":"As far as"}}],"model":"demo"}\n\n'


def _hang_up(listening: socket.socket) -> None:
    """Answer every request with the beginning of an answer, and end the connection."""
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            head = connection.recv(65_536)
            if b"GET" in head[:4]:
                connection.sendall(
                    b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                )
            else:
                connection.sendall(BREAKING + b"%x\r\n%s\r\n" % (len(PIECE), PIECE))
            connection.shutdown(socket.SHUT_WR)
            # What is still unread would turn the end into a reset, and take the piece with it.
            while connection.recv(65_536):
                pass


@pytest.fixture(scope="session")
def breaking_url() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_hang_up, args=(listening,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="session")
def outcomes(
    server: Server, breaking_url: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What each check did, in one Pyodide."""
    place, broken = f"({server.base_url!r}, {KEY!r})", f"({breaking_url!r})"
    calls = {
        "check_an_answer_streams": place,
        "check_a_session_by_config_alone_calls_a_tool": place,
        "check_stops_leave_the_next_answer_right": place,
        "check_what_goes_wrong_is_typed": place,
        "check_a_connection_that_breaks_keeps_the_text": broken,
        "check_hybrid_takes_the_server_where_the_page_has_no_model": place,
    }
    code = {name: f"{PREPARE}await in_pyodide.{name}{given}" for name, given in calls.items()}
    with serving(WHEELS) as wheels:
        run = Run(
            boot="lock",
            wheels=wheels,
            folder=tmp_path_factory.mktemp("server"),
            code=code,
            mounts={str(CHECKS): "/server"},
        )
        result = run.result()
    assert result["boot"] is None
    return {outcome["name"]: outcome for outcome in result["checks"]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("check_an_answer_streams", EXPECTED),
        ("check_a_session_by_config_alone_calls_a_tool", "the tea is in the blue tin"),
        ("check_stops_leave_the_next_answer_right", EXPECTED),
        ("check_what_goes_wrong_is_typed", "authentication_failed"),
        ("check_what_goes_wrong_is_typed", "server_unreachable"),
        ("check_a_connection_that_breaks_keeps_the_text", "As far as"),
        ("check_hybrid_takes_the_server_where_the_page_has_no_model", EXPECTED),
    ],
)
def test_check_passes_in_pyodide(name: str, value: str, outcomes: dict[str, dict[str, Any]]) -> None:
    outcome = outcomes[name]
    assert outcome["passed"], outcome["error"]
    assert value in outcome["value"]
    assert KEY not in outcome["value"]
    assert "sk-wrong" not in outcome["value"]
