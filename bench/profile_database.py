"""The database of a page's profile: a script that writes into it as the application does runs beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_PAGES = Path(__file__).parent / "pages"
_OPENER = (_PAGES / "profile-database.js").read_text(encoding="utf-8")
_CONVERSATION = (_PAGES / "seed-conversation.js").read_text(encoding="utf-8")
_INFERENCES = (_PAGES / "seed-inferences.js").read_text(encoding="utf-8")


def write(page: Page, script: str, argument: dict[str, Any]) -> None:
    """Run a function in a page whose profile is open; it finds `profileDatabase()` there.

    Raises:
        playwright.sync_api.Error: What the script throws.
    """
    page.evaluate(_OPENER)
    page.evaluate(script, argument)


def write_conversation(page: Page, conversation: str, messages: int) -> None:
    """Keep one conversation of so many messages, half of them answers."""
    write(page, _CONVERSATION, {"messages": messages, "id": conversation})


def write_inferences(page: Page, count: int) -> None:
    """Keep the figures of so many inferences."""
    write(page, _INFERENCES, {"count": count})
