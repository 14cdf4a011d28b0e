"""A person's own data: taken along and brought back, locked, kept apart, and refused where it is not ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.app import LOAD_TIMEOUT_MS, App
from tests.e2e.axe import Axe
from tests.e2e.conftest import Opener
from tests.e2e.test_conversations import row, rows, titles
from tests.e2e.trained import ANSWERS, WHAT

NOTE = "Note that the tea is in the blue tin"
PHRASE = "a heron on the roof"
DUMP = (Path(__file__).parent / "dump_storage.js").read_text()
VERSION_1 = (
    Path(__file__).resolve().parents[2] / "web/src/app/vault/transfer/fixtures/export-v1.jsonl"
).read_bytes()

# What is not measured by the page itself.
WRITTEN = ("conversations", "templates", "tools", "settings", "decks", "batches", "notes")

# Rewriting a profile takes its time on a busy machine.
SLOW_MS = 60_000


@contextmanager
def data_place(page: Page) -> Iterator[Page]:
    """The sheet of a person's data, by the way through the settings."""
    page.get_by_test_id("go-settings").click()
    page.get_by_test_id("settings-data").click()
    expect(page.get_by_test_id("export")).to_be_visible()
    yield page
    if page.get_by_test_id("data-close").is_visible():
        page.get_by_test_id("data-close").click()


def export(page: Page, sections: tuple[str, ...] | None = None, passphrase: str | None = None) -> bytes:
    """Save the file, and what is in it."""
    if sections is not None:
        for box in page.get_by_test_id("export").get_by_role("checkbox").all():
            box.set_checked((box.get_attribute("data-testid") or "").removeprefix("export-") in sections)
    if passphrase is not None:
        page.get_by_test_id("export-encrypt").check()
        page.get_by_test_id("export-passphrase").fill(passphrase)
        page.get_by_test_id("export-passphrase-again").fill(passphrase)
    with page.expect_download(timeout=SLOW_MS) as saving:
        page.get_by_test_id("export-submit").click()
    expect(page.get_by_test_id("export-done")).to_contain_text(saving.value.suggested_filename)
    return Path(saving.value.path()).read_bytes()


def figures(content: bytes) -> set[bytes]:
    return {line for line in content.splitlines() if b'"kind":"inference"' in line}


def choose(page: Page, content: bytes) -> None:
    page.get_by_test_id("import-file").set_input_files(
        {"name": "file.jsonl", "mimeType": "application/jsonl", "buffer": content}
    )


def refused(page: Page, content: bytes, sentence: str) -> None:
    choose(page, content)
    fault = page.get_by_test_id("data-fault").filter(has_text=sentence)
    expect(fault).to_be_visible(timeout=SLOW_MS)
    expect(fault).to_contain_text("Nothing was changed.")


def take_over(page: Page, content: bytes) -> str:
    """Look at what a file brings, take it over, and say what was seen."""
    choose(page, content)
    summary = page.get_by_test_id("import-summary")
    expect(summary).to_be_visible(timeout=SLOW_MS)
    seen = summary.inner_text()
    page.get_by_test_id("import-submit").click()
    expect(page.get_by_test_id("import-done")).to_have_text("Taken over.", timeout=SLOW_MS)
    return seen


def stored(page: Page) -> str:
    text: str = page.evaluate(DUMP)
    return text


def unlock(page: Page, passphrase: str) -> None:
    page.get_by_test_id("unlock-passphrase").fill(passphrase)
    page.get_by_test_id("unlock-submit").click()


def expect_door(page: Page) -> None:
    expect(page.get_by_test_id("unlock-passphrase")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_test_id("composer")).to_have_count(0)


def edited(content: bytes, change: Callable[[list[dict[str, object]]], None]) -> bytes:
    lines = [json.loads(line) for line in content.splitlines()]
    change(lines)
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_data_is_taken_along_and_files_that_are_not_ours_are_refused(open_on_cpu: Opener) -> None:
    first = open_on_cpu("?device=cpu")
    first.wait_until_ready()
    assert first.ask(WHAT).text == ANSWERS[WHAT]
    first.new_conversation()
    first.ask(NOTE)
    expect(rows(first)).to_have_count(2)
    with data_place(first.page) as page:
        whole = export(page)
        written = export(page, WRITTEN)
        page.get_by_test_id("export-figures").check()
        encrypted = export(page, passphrase=PHRASE)
    first.page.close()
    kinds = [json.loads(line).get("kind") for line in whole.splitlines()]
    assert kinds.count("conversation") == 2
    assert kinds.count("note") == 1
    assert b"blue tin" in whole
    assert b"blue tin" not in encrypted

    # A clean profile of another browser: everything equal, and the second export has the same bytes.
    second = open_on_cpu("?device=cpu")
    expect(second.page.get_by_test_id("conversations-empty")).to_be_visible()
    with data_place(second.page) as page:
        refused(page, whole[: len(whole) // 2], "The file ends too early")
        refused(page, whole.replace(b"blue tin", b"red  tin", 1), "The file is damaged")
        refused(page, b"GIF89a", "This is not a file of exported data.")
        newer = edited(VERSION_1, lambda lines: lines[0].update(version=9))
        refused(page, newer, "newer version (9)")
        hostile = edited(VERSION_1, lambda lines: lines[1].update(title={"toString": "<script>"}))
        refused(page, hostile, "line 2 is none that this page writes")
        polluting = VERSION_1.replace(b'"details":{', b'"details":{"__proto__":{"polluted":1},')
        refused(page, polluting, "line 2")
        assert page.evaluate("({}).polluted") is None

        choose(page, encrypted)
        page.get_by_test_id("import-passphrase").fill("a hat on the roof")
        page.get_by_test_id("import-open-submit").click()
        fault = page.get_by_test_id("data-fault").filter(has_text="does not open the file")
        expect(fault).to_be_visible(timeout=SLOW_MS)
        assert "conversation" not in stored(page).split("room")[0]
        page.get_by_test_id("import-passphrase").fill(PHRASE)
        page.get_by_test_id("import-open-submit").click()
        summary = page.get_by_test_id("import-summary")
        expect(summary).to_contain_text("2 new", timeout=SLOW_MS)
        page.get_by_test_id("import").get_by_role("button", name="Back").click()
        assert "2 new" in take_over(page, whole)
        # A page measures for itself that it has loaded a model: its figures are those of the file, and more.
        assert figures(whole) <= figures(export(page))
        assert export(page, WRITTEN) == written
        # The same again changes nothing; an older version is brought up to date, and its script is a text.
        assert "already here" in take_over(page, whole)
        scripted = VERSION_1.replace(b'"title":"Tea"', b'"title":"<img src=x onerror=alert(1)>"')
        take_over(page, scripted)
        assert Axe(page).violations("data") == []
    expect(rows(second)).to_have_count(3)
    assert "<img src=x onerror=alert(1)>" in titles(second)
    row(second, WHAT).click()
    expect(second.page.get_by_test_id("answer-text").first).to_contain_text(ANSWERS[WHAT][:30])


def test_a_locked_profile_shows_and_holds_nothing_without_its_passphrase_or_passkey(
    open_on_cpu: Opener,
) -> None:
    app = open_on_cpu("?device=cpu")
    page = app.page
    app.wait_until_ready()
    app.ask(NOTE)
    app.send(WHAT)
    app.wait_for_answer_number(2)
    page.get_by_test_id("composer").fill("a heron, half typed")
    expect(page.get_by_test_id("conversation-title")).to_have_count(1)
    with data_place(page):
        page.get_by_test_id("lock-passphrase").fill(PHRASE)
        page.get_by_test_id("lock-passphrase-again").fill("another")
        page.get_by_test_id("lock-submit").click()
        expect(page.get_by_test_id("data-fault").filter(has_text="not the same")).to_be_visible()
        page.get_by_test_id("lock-passphrase-again").fill(PHRASE)
        assert "blue tin" in stored(page)
        page.get_by_test_id("lock-submit").click()
        expect_door(page)
    lying = stored(page).lower()
    for word in ("blue tin", "heron", "application", "note that", "answers/"):
        assert word not in lying
    assert Axe(page).violations("data") == []

    unlock(page, "a hat on the roof")
    expect(page.get_by_test_id("data-fault")).to_have_text(
        "That passphrase does not open this profile.", timeout=SLOW_MS
    )
    unlock(page, PHRASE)
    expect(page.get_by_test_id("message-assistant")).to_have_count(2, timeout=SLOW_MS)
    expect(page.get_by_test_id("composer")).to_have_value("a heron, half typed")
    app.wait_until_ready()
    # Python has its notes, and what it writes now is encrypted at once.
    page.get_by_test_id("composer").fill("")
    app.ask("what are my notes?")
    expect(app.answers.last).to_contain_text("blue tin")
    assert "blue tin" not in stored(page).lower()

    # Another tab gets the keys from this one, and both are locked together.
    other = App(page.context.new_page())
    other.page.goto(page.url)
    expect(other.page.get_by_test_id("message-assistant")).to_have_count(3, timeout=SLOW_MS)

    # A passkey opens it as well. Browsers ask for one in the tab in front alone.
    page.bring_to_front()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "ctap2Version": "ctap2_1",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "hasPrf": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    with data_place(page):
        assert Axe(page).violations("data") == []
        page.get_by_test_id("lock-change-passkey").click()
        page.get_by_test_id("lock-current").fill(PHRASE)
        page.get_by_test_id("lock-change-submit").click()
        expect(page.get_by_test_id("lock-change-drop")).to_be_visible(timeout=SLOW_MS)
        page.get_by_test_id("lock-now").click()
        expect_door(page)
    expect_door(other.page)
    page.get_by_test_id("door-passkey").click()
    expect(page.get_by_test_id("message-assistant")).to_have_count(3, timeout=SLOW_MS)
    expect(other.page.get_by_test_id("message-assistant")).to_have_count(3, timeout=SLOW_MS)
    other.page.close()

    # A profile beside it sees nothing of this one.
    with data_place(page):
        page.get_by_test_id("profile-new").click()
        page.get_by_test_id("profile-create-field").fill("Work")
        page.get_by_test_id("profile-create-submit").click()
        expect(page.get_by_test_id("conversations-empty")).to_be_visible(timeout=LOAD_TIMEOUT_MS)
    page.get_by_test_id("composer").fill("A kettle at work")
    expect(row(app, "A kettle at work")).to_have_count(1)
    with data_place(page):
        profiles = page.get_by_test_id("profile")
        expect(profiles).to_have_count(2)
        profiles.filter(has_text="First profile").get_by_test_id("profile-open").click()
        expect_door(page)
    assert "kettle" not in page.locator("body").inner_text()
    unlock(page, PHRASE)
    expect(page.get_by_test_id("conversation-title")).to_have_count(1, timeout=SLOW_MS)
    expect(row(app, "kettle")).to_have_count(0)
    with data_place(page):
        work = page.get_by_test_id("profile").filter(has_text="Work")
        work.get_by_test_id("profile-remove").click()
        page.get_by_test_id("profile-remove-question").get_by_test_id("confirm").click()
        expect(page.get_by_test_id("profile")).to_have_count(1, timeout=SLOW_MS)
        assert "kettle" not in stored(page)
