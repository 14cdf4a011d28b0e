"""Somebody who never heard of it, on a phone: asks at once, and goes on without a network."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from tests.e2e.app import ANSWER_TIMEOUT_MS, App
from tests.e2e.hosts import hosting
from tests.e2e.test_offline import wait_until_stored
from tests.e2e.trained import ANSWERS, OFFLINE, WHAT
from tools.serve import SITE

PHONE = ViewportSize(width=390, height=844)

# Whether anything stands out to the side, and controls that a finger would miss (WCAG 2.5.8: 24 px at least).
FITS = "document.documentElement.scrollWidth <= innerWidth"
TOO_SMALL = """[...document.querySelectorAll("button, a[href], input, textarea, summary")]
  .filter(each => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter(each => !each.closest("p") && !each.matches(".skip-link"))
  .map(each => [each.dataset.testid ?? each.textContent, each.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""


def expect_room(page: Page) -> None:
    assert page.evaluate(FITS), "Something is wider than the screen."
    assert page.evaluate(TOO_SMALL) == []


def test_on_a_phone_the_first_minute_and_a_second_visit_without_a_network(cpu_browser: Browser) -> None:
    phone = cpu_browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, locale="en-US")
    with phone as context, hosting(SITE, "/some/repo/") as host:
        page = context.new_page()
        app = App(page)
        held: list[Route] = []
        free = False

        def hold(route: Route) -> None:
            if free:
                route.continue_()
            else:
                held.append(route)

        context.route("**/pyodide.asm.wasm", hold)
        page.goto(host.url)

        # Of use while Python is held back: stages, what the browser lacks, and a question taken already.
        expect(page.get_by_test_id("python-stage")).to_contain_text("Starting the interpreter")
        expect(page.get_by_test_id("load-stage")).to_contain_text("Ready", timeout=ANSWER_TIMEOUT_MS)
        expect(page.get_by_test_id("no-webgpu")).to_contain_text("the CPU answers")
        expect(page.get_by_test_id("no-webgpu").get_by_role("link")).to_have_text("Or let a server answer")
        expect_room(page)
        page.get_by_test_id("suggestion").filter(has_text=WHAT).tap()
        question = page.get_by_test_id("message-user")
        expect(question).to_contain_text("Is sent when everything is ready")
        page.get_by_test_id("composer").fill("Half a thought")
        free = True
        for route in held:
            route.continue_()
        assert app.wait_for_answer_number(1).text == ANSWERS[WHAT]
        expect(page.get_by_test_id("load-stage")).to_have_count(0)

        # A finger finds what a pointer would have to look for: time, copying, other words.
        expect(question.locator("time")).to_have_css("opacity", "1")
        expect(question.get_by_test_id("edit")).to_be_visible()
        expect_room(page)
        wait_until_stored(app)

        # The network goes: said at once, and the page comes back as it was left.
        host.stop()
        context.set_offline(True)
        expect(page.get_by_test_id("network")).to_be_visible()
        page.reload()
        expect(page.get_by_test_id("composer")).to_have_value("Half a thought")
        expect(app.answers).to_have_count(1)
        page.get_by_test_id("composer").fill(OFFLINE)
        page.get_by_test_id("send").tap()
        assert app.wait_for_answer_number(2).text == ANSWERS[OFFLINE]

        # Other words for the first question; the branch beside it is one tap away.
        question.first.get_by_test_id("edit").tap()
        page.get_by_test_id("question-field").fill(OFFLINE)
        expect_room(page)
        page.get_by_test_id("question-send").tap()
        expect(page.get_by_test_id("branch-at")).to_have_text("2 / 2")
        assert app.wait_for_answer().text == ANSWERS[OFFLINE]
        page.get_by_test_id("branch-previous").tap()
        expect(app.answers).to_have_count(2)

        # A new conversation, and back by the drawer.
        page.get_by_test_id("new-conversation").tap()
        expect(app.answers).to_have_count(0)
        page.get_by_test_id("open-drawer").tap()
        expect_room(page)
        page.get_by_test_id("conversation").filter(has_text=WHAT).tap()
        expect(page.get_by_test_id("drawer")).to_be_hidden()
        expect(app.answers).to_have_count(2)
