"""What people choose in the settings reaches the engine, the server, or nobody at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.app import ANSWER_TIMEOUT_MS, App, wait_until
from tests.e2e.trained import ANSWERS, WHAT
from tests.integration.conftest import GGUF, KEY, Server, start


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    copy = tmp_path_factory.mktemp("server") / "demo.gguf"
    shutil.copy(GGUF, copy)
    running = start(copy, 2048)
    yield running
    running.end()


@pytest.fixture
def context(cpu_browser: Browser) -> Iterator[BrowserContext]:
    """Not watched for foreign requests: a server of another origin is the point."""
    with cpu_browser.new_context(locale="en-US") as context:
        yield context


@pytest.fixture
def app(context: BrowserContext, site: str) -> App:
    page = context.new_page()
    app = App(page)
    page.goto(f"{site}?device=cpu")
    app.wait_until_ready()
    return app


def set_number(page: Page, name: str, value: str) -> None:
    page.get_by_test_id(f"set-{name}").fill(value)


def choose(page: Page, group: str, label: str) -> None:
    page.get_by_test_id(group).get_by_text(label, exact=True).click()


def open_settings(page: Page) -> None:
    page.get_by_test_id("go-settings").click()
    expect(page.get_by_test_id("preset")).to_be_visible()


def close_settings(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("settings-place")).to_be_hidden()


def requests_of(app: App) -> list[dict[str, object]]:
    return [event["payload"] for event in app.events() if event["name"] == "llm:request"]


def test_choices_reach_the_engine_the_server_or_nobody(app: App, server: Server) -> None:
    page = app.page

    # A limit that is typed in counts for the next answer, in the engine itself.
    open_settings(page)
    choose(page, "preset", "Fast")
    expect(page.get_by_test_id("set-max_tokens")).to_have_value("256")
    set_number(page, "temperature", "9")
    expect(page.get_by_text("A number from 0 to 2 is needed.")).to_be_visible()
    set_number(page, "temperature", "0")
    set_number(page, "max_tokens", "5")
    close_settings(page)
    assert "5 tokens" in app.ask(WHAT).figures

    # One conversation may differ from everywhere.
    open_settings(page)
    choose(page, "settings-scope", "This conversation")
    expect(page.get_by_test_id("set-max_tokens")).to_have_attribute("placeholder", "5, as everywhere")
    set_number(page, "max_tokens", "3")
    close_settings(page)
    assert "3 tokens" in app.ask(WHAT).figures
    app.new_conversation()
    assert "5 tokens" in app.ask(WHAT).figures

    # A server of another origin answers, with its key.
    open_settings(page)
    choose(page, "preset", "The model's own")
    choose(page, "set-mode", "A server")
    page.get_by_test_id("set-server-address").fill(server.base_url)
    page.get_by_test_id("set-server-key").fill(KEY)
    page.get_by_test_id("set-server-key").blur()
    expect(page.get_by_test_id("forget-key")).to_be_visible()
    expect(page.get_by_test_id("set-server-key")).to_have_value("")
    close_settings(page)
    before = server.metric("tokens_predicted_total")
    assert app.ask(WHAT).text == ANSWERS[WHAT]
    answered = server.metric("tokens_predicted_total")
    assert answered > before

    # The rule of privacy outweighs it: the browser answers, and the server hears nothing.
    open_settings(page)
    page.get_by_test_id("set-privacy").click()
    close_settings(page)
    assert app.ask(WHAT).state == "done"
    assert server.metric("tokens_predicted_total") == answered

    # It is kept over a reload; the key is in none of the page's words, records but its own, or console lines.
    page.reload()
    app.wait_until_ready()
    open_settings(page)
    expect(page.get_by_test_id("set-privacy")).to_be_checked()
    expect(page.get_by_test_id("set-server-address")).to_have_value(server.base_url)
    expect(page.get_by_test_id("forget-key")).to_be_visible()
    assert KEY not in page.content()
    assert not [line for line in app.console if KEY in line]
    assert KEY not in json.dumps(app.events())


def test_an_answer_comes_from_a_server_where_no_model_is_loaded(
    context: BrowserContext, site: str, server: Server
) -> None:
    page = context.new_page()
    app = App(page)
    page.goto(f"{site}?device=cpu&model=no-such-model#/settings/server")
    choose(page, "set-mode", "A server")
    page.get_by_test_id("set-server-address").fill(server.base_url)
    page.get_by_test_id("set-server-key").fill(KEY)
    page.get_by_test_id("set-server-key").blur()
    close_settings(page)
    wait_until(page, "webllmApp.pythonState.kind === 'ready'", ANSWER_TIMEOUT_MS)
    assert app.ask(WHAT).text == ANSWERS[WHAT]


def test_what_the_engine_on_webgpu_cannot_do_is_shown_as_such(webgpu_app: App) -> None:
    page = webgpu_app.page
    open_settings(page)
    page.get_by_test_id("more-numbers").click()
    expect(page.get_by_test_id("set-top_k")).to_be_disabled()
    expect(page.get_by_text("the engine on WebGPU has no top-k")).to_be_visible()
    expect(page.get_by_test_id("set-seed")).to_be_enabled()
    close_settings(page)
