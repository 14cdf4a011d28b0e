"""The built site behind a real nginx, with the configuration that deploy/hosts offers."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from email.message import Message
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser

from tests.e2e.test_offline import ON_CPU, Visitor
from tests.e2e.trained import ANSWERS, WHAT
from tools import nginx
from tools.serve import SITE

PREFIX = "/some/repo/"


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    try:
        nginx.ensure()
    except nginx.NoNginx as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    """The address of the site below a folder of a host, without isolation."""
    with nginx.running(SITE, isolated=False, prefix=PREFIX) as (url, _):
        yield url


def answer(url: str) -> tuple[Message, bytes]:
    """Headers and content as they come over the wire, to somebody who understands gzip."""
    with urlopen(Request(url, headers={"Accept-Encoding": "gzip"})) as response:
        return response.headers, response.read()


def one_of(pattern: str) -> str:
    """The path of one of the site's files."""
    return next(SITE.glob(pattern)).relative_to(SITE).as_posix()


def test_documents_come_compressed_with_their_policy_and_are_asked_for_again(plain: str) -> None:
    headers, content = answer(plain)
    assert headers["Content-Type"] == "text/html"
    policy = headers["Content-Security-Policy"]
    # The document's own, and what only a header can say.
    assert policy.removesuffix("; frame-ancestors 'self'") in gzip.decompress(content).decode()
    assert "require-trusted-types-for 'script'" in policy
    assert headers["Cache-Control"] == "no-cache"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] is None
    assert "frame-ancestors 'self'" in answer(f"{plain}engine.html")[0]["Content-Security-Policy"]


def test_what_never_changes_is_kept_and_code_is_compressed(plain: str) -> None:
    for path, kind in (
        ("assets/index-*.js", "text/javascript"),
        ("parts/*/pyodide.asm.wasm", "application/wasm"),
    ):
        headers, content = answer(plain + one_of(path))
        assert "immutable" in headers["Cache-Control"]
        assert headers["Content-Type"] == kind
        assert headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(content) == (SITE / one_of(path)).read_bytes()
        assert len(content) < (SITE / one_of(path)).stat().st_size * 0.7
    assert answer(f"{plain}sw.js")[0]["Cache-Control"] == "no-cache"


def test_behind_nginx_with_isolation_the_page_keeps_its_headers_when_it_is_offline(
    cpu_browser: Browser,
) -> None:
    running = nginx.running(SITE, isolated=True, prefix=PREFIX)
    with cpu_browser.new_context() as context, running as (url, server):
        visitor = Visitor(context)
        app = visitor.open_and_store(url)
        assert app.page.evaluate("crossOriginIsolated")
        server.terminate()
        server.wait()
        context.set_offline(True)
        app.page.goto(f"{url}{ON_CPU}")
        app.wait_until_ready()
        # The stored documents carry the headers that the host gave them.
        assert app.page.evaluate("crossOriginIsolated")
        assert app.ask(WHAT).text == ANSWERS[WHAT]
