"""A page with WebGPU that is left in the midst of an answer goes on with it when it is opened again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener
from tests.e2e.test_reload import leave_while_it_writes
from tests.e2e.test_service_worker_host import HOSTED
from tests.e2e.trained import ANSWERS, OFFLINE


@pytest.mark.parametrize("query", ["?device=webgpu", HOSTED])
def test_an_answer_goes_on_after_a_reload_on_webgpu(open_on_webgpu: Opener, query: str) -> None:
    app = open_on_webgpu(query, service_workers="allow")
    app.wait_until_ready()
    written = leave_while_it_writes(app, OFFLINE)
    assert ANSWERS[OFFLINE].startswith(written)
    expect(app.answers.last).to_have_attribute("data-state", "streaming")
    app.wait_until_ready()
    answer = app.wait_for_answer()
    assert (answer.state, answer.text) == ("done", ANSWERS[OFFLINE])
