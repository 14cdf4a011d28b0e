"""Tools that the page does: what they ask for, what they make of the answer, and what of a refusal."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webllm_provider.session import create_session
from webllm_provider.session.create import ModulesMissing
from webllm_provider.session.tools.download_tool import LONGEST_NAME, UNSAFE, safe_name
from webllm_provider.session.tools.fetch_tool import unfit
from webllm_provider.session.tools.html_text import html_text
from webllm_provider.testing import ScriptedTransport, answer

from .worker_page import Page, call

pytestmark = pytest.mark.filterwarnings("error")

DOUBLE = {
    "name": "double",
    "description": "Doubles a number.",
    "parameters": {
        "type": "object",
        "properties": {"number": {"type": "integer"}},
        "required": ["number"],
        "additionalProperties": False,
    },
    "source": "def run(number):\n    return number * 2\n",
}
ALLOWED = dict.fromkeys(("clipboard", "download", "fetch", "double"), "allow")
SETTINGS: dict[str, Any] = {
    "tools": ["tool-clipboard", "tool-download", "tool-fetch"],
    "custom_tools": [DOUBLE],
    "permissions": ALLOWED,
}
FETCHED = {
    "url": "https://x.example/",
    "status": 200,
    "type": "text/html",
    "text": "<p>Tea</p>",
    "truncated": False,
}


async def run(tool: str, arguments: dict[str, Any], **outcome: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run a tool whose page answers so; what the page was asked for, and the end."""
    page = Page()
    turn = asyncio.ensure_future(page.run_tool("r1", tool, arguments, settings=SETTINGS))
    asked = await page.next("page_call")
    page.answer(asked, **outcome)
    end = await turn
    await page.sessions.close()
    return asked, end


@pytest.mark.parametrize(
    ("tool", "arguments", "result", "service", "sent", "told"),
    [
        ("clipboard", {"action": "read"}, {"text": "tea"}, "clipboard_read", {}, "tea"),
        ("clipboard", {"action": "read"}, {"text": ""}, "clipboard_read", {}, "The clipboard holds no text."),
        (
            "clipboard",
            {"action": "write", "text": "tea"},
            {},
            "clipboard_write",
            {"text": "tea"},
            "3 characters are on the clipboard now.",
        ),
        (
            "download",
            {"name": "../a/list.txt", "text": "tea"},
            {"name": "list (1).txt", "bytes": 3},
            "download",
            {"name": "list.txt", "text": "tea"},
            "Saved as list (1).txt (3 bytes).",
        ),
        (
            "fetch",
            {"url": " https://x.example/ "},
            FETCHED,
            "fetch",
            {"url": "https://x.example/"},
            "https://x.example/: status 200, text/html\n\nTea",
        ),
        (
            "double",
            {"number": 21},
            {"value": {"is": 42}},
            "custom_tool",
            {"name": "double", "arguments": {"number": 21}, "source": DOUBLE["source"]},
            '{"is": 42}',
        ),
    ],
)
async def test_the_page_is_asked_and_its_answer_told(
    tool: str,
    arguments: dict[str, Any],
    result: dict[str, Any],
    service: str,
    sent: dict[str, Any],
    told: str,
) -> None:
    asked, end = await run(tool, arguments, result=result)
    assert (asked["id"], asked["service"], asked["arguments"]) == ("r1", service, sent)
    assert end["text"] == told


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("clipboard", {"action": "read"}),
        ("download", {"name": "a.txt", "text": "tea"}),
        ("fetch", {"url": "https://x.example/"}),
        ("double", {"number": 1}),
    ],
)
async def test_a_refusal_of_the_page_is_a_result_with_its_words(tool: str, arguments: dict[str, Any]) -> None:
    error = {"code": "access_denied", "message": "Nobody has agreed.", "hint": "Ask again."}
    _, end = await run(tool, arguments, error=error)
    assert end["type"] == "turn_ended"
    assert "Nobody has agreed. Ask again." in end["text"]


@pytest.mark.parametrize(
    ("tool", "arguments", "why"),
    [
        ("clipboard", {"action": "write"}, "which text"),
        ("clipboard", {"action": "steal"}, "cannot use"),
        ("download", {"name": "/", "text": "x"}, "no file name"),
        ("fetch", {"url": "file:///etc/passwd"}, "https://"),
        ("fetch", {"url": "javascript:alert(1)"}, "https://"),
        ("fetch", {"url": "https://me:secret@x.example/"}, "password"),
        ("fetch", {"url": "http://["}, "no address"),
        ("double", {"number": "many"}, "cannot use"),
        ("double", {"number": 1, "more": 2}, "cannot use"),
    ],
)
async def test_what_makes_no_sense_never_reaches_the_page(
    tool: str, arguments: dict[str, Any], why: str
) -> None:
    page = Page()
    end = await page.run_tool("r1", tool, arguments, settings=SETTINGS)
    assert why in end["text"]
    assert "page_call" not in page.types()
    await page.sessions.close()


async def test_a_stop_tells_the_page_that_nobody_waits_any_more() -> None:
    page = Page(call("fetch", url="https://x.example/"), answer("never"))
    turn = page.asking("t1", settings=SETTINGS)
    asked = await page.next("page_call")
    page.sessions.stop("t1")
    assert (await turn)["outcome"] == "cancelled"
    assert (await page.next("page_call_cancelled"))["call"] == asked["call"]
    page.answer(asked, result=FETCHED)
    end = page.ended("t1")
    assert "cancelled" in next(message["content"] for message in end["messages"] if message["role"] == "tool")
    await page.sessions.close()


async def test_a_custom_tool_that_was_written_anew_asks_anew() -> None:
    asking = {**SETTINGS, "permissions": {}}
    page = Page()
    for number, source in enumerate(("def run(number): return 1", "def run(number): return 2")):
        tools = [{**DOUBLE, "source": source}]
        for again in range(2):
            turn = asyncio.ensure_future(
                page.run_tool(
                    f"r{number}{again}", "double", {"number": 1}, settings={**asking, "custom_tools": tools}
                )
            )
            if not again:
                asked = await page.next("approval_asked", number + 1)
                page.approve(asked["approval"], "conversation")
            page.answer(await page.next("page_call", 2 * number + again + 1), result={"value": 1})
            await turn
    assert page.types().count("approval_asked") == 2
    await page.sessions.close()


async def test_halves_of_characters_from_the_page_are_no_obstacle() -> None:
    _, end = await run("clipboard", {"action": "read"}, result={"text": "a\ud83d"})
    assert end["text"] == "a\ufffd"


async def test_a_long_page_is_cut_and_says_so() -> None:
    page = {**FETCHED, "type": "text/plain", "text": "tea " * 5000, "truncated": True}
    _, end = await run("fetch", {"url": "https://x.example/"}, result=page)
    assert len(end["text"]) < 6_300
    assert end["text"].endswith(
        "[14000 more characters were left out, and the page is longer than what was fetched]"
    )


async def test_a_failed_fetch_is_a_failed_result() -> None:
    _, end = await run("fetch", {"url": "https://x.example/"}, result={**FETCHED, "status": 404})
    assert "status 404" in end["text"]


async def test_a_tool_that_needs_a_page_says_so_where_there_is_none() -> None:
    with pytest.raises(ModulesMissing, match="tool-fetch needs a page"):
        await create_session(transport=ScriptedTransport([]), tools=("tool-fetch",))


@given(st.text(max_size=300))
def test_a_files_name_is_plain_whatever_was_given(given_name: str) -> None:
    name = safe_name(given_name)
    assert len(name) <= LONGEST_NAME
    assert UNSAFE.search(name) is None
    assert name == name.strip(" .")


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("a" * 300 + ".txt").endswith(".txt")
    assert safe_name("invoice\u202efdp.exe") == "invoicefdp.exe"


@given(st.text(max_size=200))
def test_any_text_is_an_address_or_is_refused(url: str) -> None:
    assert unfit(url) is None or unfit(url)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("<title>T</title><body><h1>Tea</h1><p>Hot &amp; dark.</p></body>", "T\n\nTea\n\nHot & dark."),
        ("<script>alert('x')</script><style>p{}</style>Tea", "Tea"),
        ("<noscript>Turn it on</noscript><p>Tea", "Tea"),
        ("<ul><li>One<li>Two</ul>", "One\nTwo"),
        ("plain", "plain"),
        ('<a title="a > b">Tea</a>', "Tea"),
        ('<a title="never closed>Tea</a>', "Tea"),
        ("1 < 2 and 3 &lt; 4", "1 < 2 and 3 < 4"),
        ("a<!-- <p>no</p> -->b<!DOCTYPE html>c<?php x ?>d", "abcd"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("<SCRIPT>no</sCript >Tea", "Tea"),
        ("<scripture>Tea</scripture>", "Tea"),
        ("<p>a</p>" * 3, "a\n\na\n\na"),
    ],
)
def test_of_a_document_its_text_is_read(document: str, text: str) -> None:
    assert html_text(document) == text


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", "<a b=c ", "<a href='", '<a href="', "<!--", "</", "<!", "<?", "&#", "<svg>", "<title>"],
)
def test_markup_without_end_ends(piece: str) -> None:
    """Read by Python's own parser, these take hours."""
    assert len(html_text(piece * (400_000 // len(piece)))) <= 400_000


@given(st.text("<>/ abpscriptstyle!-\"'=&;", max_size=200))
def test_any_markup_can_be_read(document: str) -> None:
    assert "\n\n\n" not in html_text(document)
