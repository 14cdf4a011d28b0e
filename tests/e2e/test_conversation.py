"""The conversation as a person has it: branches, files, templates, a system prompt, and what models write."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.app import ANSWER_TIMEOUT_MS, LOAD_TIMEOUT_MS, App, wait_until
from tests.e2e.conftest import OriginGuard
from tests.e2e.scripted_answers import ScriptedModel
from tests.e2e.test_models_page import DEMO_GGUF, OWN, ModelsPlace
from tests.e2e.trained import ANSWERS, OFFLINE, WHAT

CORPUS = Path(__file__).resolve().parents[2] / "web" / "src" / "app" / "testing" / "hostile-outputs.json"

SOME_SECONDS = re.compile(r"^Thought for \d+(\.\d+)? s$")
ANY_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


def question(app: App, test_id: str, number: int = -1) -> None:
    """Press one of a question's buttons, which wait for the pointer."""
    questions = app.page.get_by_test_id("message-user")
    shown = questions.nth(number if number >= 0 else questions.count() + number)
    shown.hover()
    shown.get_by_test_id(test_id).click()


def attach(app: App, *files: tuple[str, bytes], media_type: str = "") -> None:
    payloads: Any = [{"name": name, "mimeType": media_type, "buffer": content} for name, content in files]
    app.page.get_by_test_id("file-input").set_input_files(payloads)


# What a browser does when somebody drops or pastes a file.
GIVE = """(field, [how, name]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File(["tea,milk"], name, { type: "text/plain" }));
  const facts = { bubbles: true, cancelable: true };
  field.dispatchEvent(how === "drop"
    ? new DragEvent("drop", { ...facts, dataTransfer: transfer })
    : new ClipboardEvent("paste", { ...facts, clipboardData: transfer }));
}"""


def expect_copied(page: Page, text: str) -> None:
    """The clipboard holds this, a little after the click."""
    wait_until(page, f"navigator.clipboard.readText().then(text => text === {json.dumps(text)})", 30_000)


def open_menu(app: App, item: str) -> None:
    app.page.get_by_test_id("composer-more").click()
    app.page.get_by_test_id(item).click()


@pytest.fixture(scope="module")
def opened(cpu_browser: Browser, site: str) -> Iterator[tuple[App, OriginGuard]]:
    """One page for these journeys, whose every request is looked at."""
    guard = OriginGuard(site.rstrip("/"))
    with cpu_browser.new_context(service_workers="block") as context:
        guard.watch(context)
        app = App(context.new_page())
        app.page.goto(f"{site}?device=cpu")
        yield app, guard


@pytest.fixture
def app(opened: tuple[App, OriginGuard]) -> App:
    """The page, in a new conversation."""
    app, _ = opened
    app.wait_until_ready()
    app.new_conversation()
    return app


@pytest.fixture
def model(app: App) -> Iterator[ScriptedModel]:
    """What answers in the page is scripted, for one test."""
    scripted = ScriptedModel(app)
    yield scripted
    scripted.leave()


def test_a_question_branches_into_wordings_and_answers_and_leads_back(app: App) -> None:
    page = app.page
    questions = page.get_by_test_id("message-user")
    assert app.ask(WHAT).text == ANSWERS[WHAT]
    app.ask("Second?")

    # Other words: a branch beside the first, asked with the history of its own place.
    question(app, "edit", 0)
    expect(page.get_by_test_id("question-field")).to_be_focused()
    page.get_by_test_id("question-field").fill(OFFLINE)
    page.keyboard.press("Enter")
    expect(questions).to_have_count(1)
    assert app.wait_for_answer().text == ANSWERS[OFFLINE]
    expect(page.get_by_test_id("branch-at")).to_have_text("2 / 2")

    # Back to the first wording, with all that followed it, and the focus stays on the way.
    page.get_by_test_id("branch-previous").click()
    expect(questions).to_have_count(2)
    assert app.page.get_by_test_id("branch-previous").evaluate("each => each === document.activeElement")
    page.get_by_test_id("branch-next").click()
    expect(questions).to_have_count(1)

    # The same question again: another answer beside the first.
    app.answers.last.get_by_test_id("again").click()
    wait_until(page, "webllmApp.conversation.turns.length === 4", ANSWER_TIMEOUT_MS)
    assert app.wait_for_answer().text == ANSWERS[OFFLINE]
    expect(app.answers.last.get_by_test_id("branch-at")).to_have_text("2 / 2")

    # The session goes on where the screen stands.
    app.ask(WHAT)
    assert app.wait_for_answer().text == ANSWERS[WHAT]

    # Delete the last question and its answer, and take that back.
    question(app, "delete-turn")
    expect(questions).to_have_count(1)
    expect(page.get_by_test_id("undo-button")).to_be_focused()
    page.get_by_test_id("undo-button").click()
    expect(questions).to_have_count(2)
    assert app.answers.last.get_by_test_id("answer-text").inner_text().strip() == ANSWERS[WHAT]

    # Everything, and back again.
    open_menu(app, "clear-chat")
    expect(questions).to_have_count(0)
    page.get_by_test_id("undo-button").click()
    expect(questions).to_have_count(2)
    moment = questions.first.locator("time")
    expect(moment).to_have_attribute("datetime", ANY_MOMENT)


def test_files_templates_and_the_system_prompt_reach_the_model(app: App, model: ScriptedModel) -> None:
    page = app.page
    composer = page.get_by_test_id("composer")

    # A text file is read, what is none is refused with a reason, an image where no model sees it, too.
    attach(app, ("list.txt", b"tea\nmilk"), ("tool.bin", bytes(range(256))))
    expect(page.get_by_test_id("attachment")).to_have_text(["list.txt"])
    expect(page.get_by_test_id("refusals")).to_contain_text("tool.bin is not a text file")
    composer.evaluate(GIVE, ["drop", "dropped.md"])
    composer.evaluate(GIVE, ["paste", "pasted.csv"])
    expect(page.get_by_test_id("attachment")).to_have_text(["list.txt", "dropped.md", "pasted.csv"])
    for name in ("dropped.md", "pasted.csv"):
        page.get_by_role("button", name=f"Take {name} away").click()
    expect(composer).to_be_focused()
    attach(app, ("cat.png", b"\x89PNG"), media_type="image/png")
    expect(page.get_by_test_id("refusals")).to_contain_text("cannot see images, so cat.png was not attached")
    model.says("Tea and milk.")
    app.ask("What is on my list?")
    (messages,) = model.asked()
    assert messages[-1]["content"] == "File: list.txt\n```\ntea\nmilk\n```\n\nWhat is on my list?"
    expect(page.get_by_test_id("message-user").get_by_test_id("attachment")).to_have_text(["list.txt"])
    expect(page.get_by_test_id("refusals")).to_have_count(0)

    # A template is kept, is there after a reload, and goes where nothing is written.
    open_menu(app, "templates")
    composer.fill("Summarize this in one line.")
    page.get_by_test_id("template-save").click()
    expect(page.get_by_test_id("template")).to_have_count(1)
    composer.fill("")
    page.get_by_test_id("template-insert").click()
    expect(composer).to_have_value("Summarize this in one line.")
    expect(composer).to_be_focused()

    # A system prompt of this conversation alone.
    open_menu(app, "instruction")
    page.get_by_test_id("instruction-field").fill("You speak like a pirate.")
    page.get_by_test_id("instruction-save").click()
    expect(page.get_by_test_id("instruction-on")).to_be_visible()
    model.says("Arr.")
    app.ask("Say hello")
    asked = model.asked()[-1]
    assert asked[0]["role"] == "system"
    assert "You speak like a pirate." in asked[0]["content"]
    assert [message["role"] for message in asked[1:]] == ["user", "assistant", "user"]

    # What is copied is what was written, not what was drawn of it.
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    model.says("Take **this**:\n\n```py\nprint(1)\n```")
    app.ask("Code?")
    answer = app.answers.last
    answer.get_by_role("button", name="Copy code").click()
    expect_copied(page, "print(1)")
    expect(answer.locator(".hljs-built_in")).to_have_text("print")
    answer.get_by_role("button", name="Copy answer").click()
    expect_copied(page, "Take **this**:\n\n```py\nprint(1)\n```")

    # The model's own words come back with the page.
    page.reload()
    open_menu(app, "templates")
    expect(page.get_by_test_id("template-insert")).to_contain_text("Summarize this in one line.")


def test_an_answer_thinks_apart_is_stopped_and_goes_on(app: App, model: ScriptedModel) -> None:
    page = app.page
    thoughts = "Tea comes from leaves, and leaves come from a bush. " * 4
    # As far as the test lets it: no moment of it is over before it was looked at.
    text = f"<think>{thoughts}</think>Tea is **made** of leaves. {'It takes time. ' * 200}"
    model.says(text, tokens_per_s=1000, up_to=0)
    app.send("What is tea?")
    # Until something is there to read, the page shows that it comes.
    expect(app.answers.last.get_by_role("img", name="The model is answering")).to_be_visible()
    model.go_on(20)
    thinking = page.get_by_test_id("thinking")
    expect(thinking.locator("summary")).to_have_text("Thinking")
    expect(thinking).not_to_have_attribute("open", "")
    # Its time stands there as soon as the answer itself begins, where it is a second at least.
    page.wait_for_timeout(1_000)
    model.go_on(200)
    expect(thinking.locator("summary")).to_have_text(SOME_SECONDS, timeout=ANSWER_TIMEOUT_MS)
    expect(app.answers.last.locator("strong")).to_have_text("made", timeout=ANSWER_TIMEOUT_MS)
    assert "bush" not in app.answers.last.get_by_test_id("answer-text").inner_text()
    thinking.locator("summary").click()
    expect(thinking).to_contain_text("leaves come from a bush")
    expect(app.answers.last.get_by_test_id("answer-text")).to_contain_text("leaves. It takes")

    # Stopped, what was written stays; it goes on in its own place, and the focus is not lost on the way.
    page.get_by_test_id("stop").focus()
    page.keyboard.press("Enter")
    assert app.wait_for_answer().state == "stopped"
    expect(app.answers.last).to_contain_text("Stopped. What was written stays.")
    expect(page.get_by_test_id("composer")).to_be_focused()
    model.says("And water.")
    page.get_by_test_id("continue").click()
    expect(app.answers.last).to_have_attribute("data-state", "done", timeout=ANSWER_TIMEOUT_MS)
    expect(app.answers).to_have_count(1)
    written = app.answers.last.get_by_test_id("answer-text").inner_text()
    assert written.startswith("Tea is made of leaves.")
    assert written.endswith("And water.")


def test_nothing_hostile_runs_or_calls_home(
    app: App, model: ScriptedModel, opened: tuple[App, OriginGuard]
) -> None:
    page, guard = app.page, opened[1]
    corpus = json.loads(CORPUS.read_text(encoding="utf-8"))
    outputs = [markdown for _, markdown in corpus["outputs"]]
    assert len(outputs) + len(corpus["file_names"]) >= 100
    page.evaluate(
        "addEventListener('securitypolicyviolation', e => (globalThis.violated ??= []).push(e.blockedURI))"
    )
    model.says(*outputs)
    attach(app, *[(name, b"text") for name in corpus["file_names"]])
    expect(page.get_by_test_id("attachment")).to_have_count(len(corpus["file_names"]))
    for number in range(len(outputs)):
        app.send(str(number))
    # Far from what is read, turns are drawn for a printer alone.
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    last = app.wait_for_answer_number(len(outputs))
    assert last.state == "done"
    # What waits for the pointer, the focus or an animation gets its chance.
    for answer in app.answers.all()[::10]:
        answer.hover()
    page.keyboard.press("Tab")
    page.wait_for_timeout(500)
    assert page.evaluate("'ran' in globalThis") is False
    assert guard.foreign == []
    assert page.evaluate("globalThis.violated ?? []") == [], "Something got as far as the policy."
    assert (
        page.locator("[data-testid=messages] :is(script, style, iframe, form[action], object, embed)").count()
        == 0
    )


def long_answer() -> str:
    """All that a model writes: text, lists, a table, code; 1,200 tokens of it."""
    table = "| name | value |\n|---|---|\n" + "".join(f"| row {n} | {n * n} |\n" for n in range(12))
    code = (
        "```python\n"
        + "".join(f"def f_{n}(x: int) -> int:\n    return x + {n}\n\n" for n in range(24))
        + "```\n"
    )
    prose = "Some **bold** words, `code`, and a [link](https://example.org) in a paragraph of its own.\n\n"
    items = "".join(f"- item {n} with *emphasis*\n" for n in range(15))
    return f"{prose * 6}{items}\n{table}\n{code}\n{prose * 6}"


def longest_tasks(trace: bytes) -> list[float]:
    """Processor time of the page's tasks in ms, the longest first."""
    events = json.loads(trace)["traceEvents"]
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        event["tdur"] / 1000
        for event in events
        if event["name"].endswith("RunTask") and "tdur" in event and (event["pid"], event["tid"]) in threads
    ]
    return sorted(tasks, reverse=True)


def test_the_page_never_stands_still_while_a_model_writes_100_tokens_a_second(
    app: App, model: ScriptedModel
) -> None:
    """No task over 50 ms, neither by the clock nor, where the machine does other work, by processor time."""
    page = app.page
    browser = page.context.browser
    assert browser is not None
    # The highlighter's chunk and the first layouts come with the first answer.
    model.says("```py\nprint(1)\n```")
    app.ask("Warm up")
    page.evaluate(
        """new PerformanceObserver(list => {
          (globalThis.long ??= []).push(...list.getEntries().map(entry => entry.duration));
        }).observe({ type: "longtask" })"""
    )
    model.says(long_answer(), tokens_per_s=150)
    browser.start_tracing(page=page, categories=["toplevel"])
    try:
        assert app.ask("Write").state == "done"
    finally:
        trace = browser.stop_tracing()
    tasks = longest_tasks(trace)
    assert len(tasks) > 100, "The trace shows none of the page's work."
    seen: list[float] = page.evaluate("globalThis.long ?? []")
    print(f"long tasks by the clock: {seen} ms; longest by processor time: {tasks[:3]} ms")
    assert seen == [] or tasks[0] <= 50


def test_another_model_answers_from_the_middle_of_a_conversation_on(app: App) -> None:
    assert app.ask(WHAT).text == ANSWERS[WHAT]
    models = ModelsPlace(app)
    models.add(DEMO_GGUF)
    models.download(OWN, use=True)
    # A question in the meantime waits for whichever model answers.
    models.close()
    app.send(OFFLINE)
    assert app.wait_for_answer_number(2).text == ANSWERS[OFFLINE]
    wait_until(app.page, f"webllmApp.engineState.model?.id === '{OWN}'", LOAD_TIMEOUT_MS)
    expect(app.page.get_by_test_id("notice").last).to_contain_text("From here on demo answers.")
    answer = app.ask(WHAT)
    assert (answer.text, "demo" in answer.figures) == (ANSWERS[WHAT], True)
