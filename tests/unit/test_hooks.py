"""Hooks that watch a session: the log without a word of it, secrets made unreadable, figures of each turn."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from amplifier_core.models import HookResult, ToolResult
from hypothesis import given
from hypothesis import strategies as st

from webllm_provider.session.events import TURN_METRICS
from webllm_provider.session.hooks.logging import line_of
from webllm_provider.session.hooks.metrics import Metrics
from webllm_provider.session.hooks.redaction import HIDDEN, Redaction
from webllm_provider.testing import answer

from .worker_page import Page, call

pytestmark = pytest.mark.filterwarnings("error")

WORDS = "Shibboleth"
SECRETS = [
    "sk-proj-0123456789abcdefghijKLMN",
    "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
    "github_pat_0123456789abcdefghijklmnopqrstuv",
    "glpat-0123456789abcdefghij",
    "xoxb-0123456789-abcdef",
    "AKIAIOSFODNN7EXAMPLE",
    "AIzaSyA0123456789abcdefghijklmnopqrstuv",
    "hf_0123456789abcdefghijklmnopqrstuv",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJl",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    "Authorization: Bearer 0123456789abcdefghij==",
    "api_key = hunter2hunter2",
    '{"password": "correct horse battery"}',
]


async def test_the_log_has_a_line_for_each_event_and_not_a_word_of_what_was_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "webllm_provider.session.events")
    page = Page(call("notes", action="add", text=WORDS), answer(f"{WORDS} is kept."))
    await page.ask("t1", WORDS, settings={"hooks": ["hooks-logging"]})
    await page.sessions.close()
    lines = [record.getMessage() for record in caplog.records if record.name.endswith("session.events")]
    told = [line.split()[0] for line in lines]
    assert {"prompt:submit", "llm:request", "llm:response", "tool:pre", "tool:post"} <= set(told)
    assert "llm:stream_block_delta" not in told
    assert any("tool_name=notes" in line for line in lines)
    assert not any(WORDS in line for line in lines)


async def test_a_denied_call_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "webllm_provider.session.events")
    page = Page(call("notes", action="list"), answer("No."))
    await page.ask("t1", settings={"hooks": ["hooks-logging"], "permissions": {"notes": "never"}})
    await page.sessions.close()
    (record,) = [one for one in caplog.records if one.getMessage().startswith("approval:denied")]
    assert record.levelno == logging.WARNING


@given(st.text(), st.text())
def test_a_line_stays_one_line_whatever_a_tool_is_called(name: str, words: str) -> None:
    line = line_of("tool:pre", {"tool_name": name, "tool_input": {"text": words}, "prompt": words})
    assert len(line.splitlines()) == 1


class Leak:
    """A tool that finds a secret."""

    name = "leak"
    description = "Finds."
    input_schema: dict[str, Any] = {"type": "object"}  # noqa: RUF012

    def __init__(self, output: Any) -> None:
        self.output = output

    async def execute(self, input: dict[str, Any]) -> ToolResult:
        return ToolResult(success=True, output=self.output)


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_of_every_known_kind_are_made_unreadable(secret: str) -> None:
    found = Redaction().text(f"before {secret} after")
    assert HIDDEN in found
    assert secret not in found
    assert found.startswith("before ")


@pytest.mark.parametrize(
    "text",
    ["", "tea", "skate-park", "the secret: tea", "a token of love", "task-force-of-many-people-in-town"],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redaction().text(text) == text


@given(st.text(), st.sampled_from(SECRETS), st.text())
def test_no_surrounding_text_saves_a_secret_of_a_shape(before: str, secret: str, after: str) -> None:
    found = Redaction().text(f"{before} {secret} {after}")
    assert secret not in found
    assert Redaction().text(found) == found


@given(st.text("abc .,\n", max_size=200))
def test_ordinary_text_is_not_touched(text: str) -> None:
    assert Redaction().text(text) == text


def test_a_field_that_is_called_a_secret_is_one() -> None:
    given = {"client_secret": "abc", "tokens": 5, "max_tokens": 7, "name": "x"}
    assert Redaction().value(given) == {**given, "client_secret": HIDDEN}


def test_a_pattern_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match=r"'\(' is no regular expression"):
        Redaction(["("])


@pytest.mark.parametrize("output", [SECRETS[0], {"found": [SECRETS[0]], "by": "me"}, {"api_key": SECRETS[0]}])
async def test_neither_the_model_nor_the_page_sees_a_secret_that_a_tool_brings(output: Any) -> None:
    page = Page(call("leak"), answer("Read."))
    settings = {"hooks": ["hooks-redaction", "hooks-logging"], "permissions": {"leak": "allow"}}
    await page.run_tool("r1", "todo", {"action": "list"}, settings=settings)
    session: Any = page.sessions._conversations["c"].session
    await session.coordinator.mount("tools", Leak(output), name="leak")
    end = await page.ask("t1")
    assert SECRETS[0] not in json.dumps(page.messages)
    assert SECRETS[0] not in json.dumps(page.transport.bodies)
    assert HIDDEN in next(message["content"] for message in end["messages"] if message["role"] == "tool")
    await page.sessions.close()


async def test_what_a_person_says_and_what_a_tool_is_given_is_not_changed() -> None:
    page = Page(call("notes", action="add", text=SECRETS[0]), answer("Kept."))
    await page.ask("t1", SECRETS[0], settings={"hooks": ["hooks-redaction"]})
    assert page.asked_last()[0] == SECRETS[0]
    assert page.of("tool:post")[0]["tool_input"]["text"] == SECRETS[0]
    await page.sessions.close()


async def test_each_turn_ends_with_its_figures() -> None:
    page = Page(
        call("notes", action="list"), call("notes", action="remove", id=9), answer("Done."), answer("Hi.")
    )
    await page.ask("t1")
    await page.ask("t2")
    first, second = page.of(TURN_METRICS)
    assert (first["requests"], first["retries"], second["requests"]) == (3, 0, 1)
    assert (first["output_tokens"], second["output_tokens"]) == (3, 1)
    assert {name: first["tools"]["notes"][name] for name in ("calls", "errors", "denied")} == {
        "calls": 2,
        "errors": 1,
        "denied": 0,
    }
    assert second["tools"] == {}
    assert first["total_ms"] >= first["first_text_ms"] >= 0
    await page.sessions.close()


async def test_figures_tell_of_denied_calls_and_of_stopped_turns() -> None:
    page = Page(call("notes", action="list"), answer("No."))
    await page.ask("t1", settings={"permissions": {"notes": "never"}})
    (figures,) = page.of(TURN_METRICS)
    assert figures["tools"]["notes"] == {"calls": 0, "errors": 0, "denied": 1, "ms": 0}
    await page.sessions.close()


async def test_the_time_that_a_person_thinks_is_no_time_of_the_tool() -> None:
    emitted: list[dict[str, Any]] = []

    class Hooks:
        async def emit(self, name: str, payload: dict[str, Any]) -> HookResult:
            emitted.append(payload)
            return HookResult()

    now = 0.0
    metrics = Metrics(Hooks(), lambda: now)
    about = {"tool_name": "fetch", "tool_call_id": "1"}
    await metrics.hear("execution:start", {})
    await metrics.hear("tool:pre", about)
    now = 60.0
    await metrics.hear("approval:granted", about)
    now = 60.5
    await metrics.hear("tool:post", {**about, "result": {"success": True}})
    await metrics.hear("execution:end", {})
    assert emitted[0]["tools"]["fetch"]["ms"] == 500
    assert emitted[0]["total_ms"] == 60_500
