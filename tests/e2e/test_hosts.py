"""The built site behind a real web server that isolates it from other origins."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.e2e.test_offline import ON_CPU, Visitor
from tests.e2e.trained import ANSWERS, WHAT
from tools import nginx
from tools.serve import SITE


def test_behind_nginx_with_isolation_the_page_keeps_its_headers_when_it_is_offline(
    cpu_browser: Browser,
) -> None:
    try:
        nginx.ensure()
    except nginx.NoNginx as reason:
        pytest.skip(str(reason))
    with cpu_browser.new_context() as context, nginx.running(SITE, isolated=True) as (url, server):
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
