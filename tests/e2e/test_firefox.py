"""The same site in a second browser: one person's way through it, driven over WebDriver BiDi."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.hosts import hosting
from tests.e2e.trained import ANSWERS, WHAT
from tools import firefox
from tools.serve import ROOT, SITE

JOURNEY = ROOT / "web" / "journeys" / "firefox.mjs"
NOTE = "note that the tea is in the blue tin"
TEA = "the tea is in the blue tin"


class Journey:
    """The program that drives the browser: tells each step as it is done."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def next(self, step: str) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"The journey ended before {step!r}."
        seen: dict[str, Any] = json.loads(line)
        assert seen["step"] == step, seen
        return seen

    def go_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()


@contextmanager
def journey(url: str, *questions: str) -> Iterator[Journey]:
    program = str(firefox.ensure())
    process = subprocess.Popen(
        ["node", str(JOURNEY), program, url, *questions],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Journey(process)
        finally:
            # At its own end it has closed the browser; cut short, it is told to.
            process.terminate()


def test_in_firefox_the_page_answers_calls_a_tool_and_does_so_without_a_network() -> None:
    try:
        firefox.ensure()
    except firefox.NoFirefox as reason:
        pytest.skip(str(reason))
    with hosting(SITE) as host, journey(host.url, WHAT, NOTE) as person:
        started = person.next("started")
        assert started["browser"].startswith("firefox/")
        assert (started["engine"]["kind"], started["engine"]["device"]) == ("wllama", "cpu")

        answer = person.next("answered")
        assert (answer["state"], answer["text"].strip()) == ("done", ANSWERS[WHAT])
        noted = person.next("answered")
        assert noted["tools"] == [{"tool": "notes", "input": {"action": "add", "text": TEA}}]
        assert TEA in noted["text"]

        refused = person.next("refused")
        assert (refused["markup"], refused["worker"]) == ("TypeError", "TypeError")

        assert person.next("stored")["offline"]["kind"] == "ready"
        host.stop()
        person.go_on()
        offline = person.next("offline")
        assert offline["text"].strip() == ANSWERS[WHAT]
        # Two of them, by what was tried above.
        assert len(offline["complaints"]) == 2, offline["complaints"]
