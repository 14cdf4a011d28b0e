"""What tools ask of the page: the clipboard, a download, a fetch, an interpreter for a person's own tool.

A worker has none of these. Every call goes to the page and is answered by `page_answer`; who stops waiting
tells the page, so that it can stop as well.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from .._wire import PageAnswer, PageCall, PageService, PythonMessage, WireError

logger = logging.getLogger(__name__)

PAGE_CAPABILITY = "webllm.page"
"""Register `PageServices` under this name before mounting the tools that need a page."""


class PageRefused(Exception):
    """The page did not do what it was asked for.

    Attributes:
        error: code, sentence and hint, as the page gave them.
    """

    def __init__(self, error: WireError) -> None:
        super().__init__(error["message"])
        self.error = error

    @property
    def sentence(self) -> str:
        """What happened and, where that is known, what to do."""
        return " ".join(text for text in (self.error["message"], self.error.get("hint", "")) if text)


class PageServices(Protocol):
    """The page, as a tool sees it."""

    async def call(self, service: PageService, arguments: Mapping[str, Any]) -> Any:
        """Ask the page; the result is JSON that anybody may have written.

        Raises:
            PageRefused: it could not, or somebody said no.
        """


class WirePage:
    """`PageServices` by messages of the wire.

    Args:
        send: takes each message to the page.
        turn: gives the id of the turn that runs now.
    """

    def __init__(
        self, send: Callable[[PythonMessage], None], turn: Callable[[], str | None] = lambda: None
    ) -> None:
        self._send = send
        self._turn = turn
        self._waiting: dict[str, asyncio.Future[Any]] = {}

    async def call(self, service: PageService, arguments: Mapping[str, Any]) -> Any:
        """Ask the page, and wait for its answer; a cancelled wait is told to the page."""
        call = str(uuid.uuid4())
        waiting = self._waiting[call] = asyncio.get_running_loop().create_future()
        message: PageCall = {
            "type": "page_call",
            "call": call,
            "service": service,
            "arguments": dict(arguments),
        }
        if (turn := self._turn()) is not None:
            message["id"] = turn
        try:
            self._send(message)
            return await waiting
        except asyncio.CancelledError:
            self._send({"type": "page_call_cancelled", "call": call})
            raise
        finally:
            del self._waiting[call]

    def answer(self, message: PageAnswer) -> bool:
        """Take the page's answer. False where nobody waits for it here."""
        waiting = self._waiting.get(message["call"])
        if waiting is None:
            return False
        if waiting.done():
            logger.debug("The page has answered a call twice, or one that was cancelled.")
        elif "error" in message:
            waiting.set_exception(PageRefused(message["error"]))
        else:
            waiting.set_result(message.get("result"))
        return True
