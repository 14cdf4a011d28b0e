"""A Playwright test to copy: the page answers through a real model on the CPU, headless, without a GPU.

pip install pytest playwright
PAGE_URL="http://localhost:8000/?device=cpu" CHROMIUM=/usr/bin/chromium pytest test_your_page.py
"""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

URL = os.environ.get("PAGE_URL", "http://localhost:8000/?device=cpu")


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM")
        with playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]) as browser:
            yield browser.new_page()


def ask(page: Page, question: str) -> None:
    page.goto(URL)
    page.get_by_test_id("composer").fill(question)
    page.get_by_test_id("send").click()


def test_a_question_is_answered(page: Page) -> None:
    ask(page, "What is this application?")
    answer = page.get_by_test_id("message-assistant")
    # A model takes its time: wait for the end of the answer, not for a number of seconds.
    expect(answer).to_have_attribute("data-state", "done", timeout=120_000)
    expect(answer).to_contain_text("runs inside your browser")
