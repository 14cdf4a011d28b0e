"""The history of a host that comes and goes: in a store that other hosts read and write as well.

Tabs of one site take turns as the host of the API. Each adds what it did to the document that all share:
read, change, replace, and again where another one was faster.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ..session.store import Store
from .history import KEPT, History, Totals

logger = logging.getLogger(__name__)

Change = Callable[[History], object]


class KeptHistory(History):
    """A `History` whose entries and sums outlive its host.

    Args:
        key: of the document.
    """

    def __init__(self, store: Store, key: str) -> None:
        super().__init__()
        self._store = store
        self._key = key
        self._turn = asyncio.Lock()
        self._writing: set[asyncio.Task[None]] = set()

    async def refresh(self) -> None:
        """Take over what stands in the store, behind all that was done here."""
        await asyncio.gather(*self._writing)
        async with self._turn:
            await self._read()

    def clear(self) -> None:
        super().clear()
        self._keep(History.clear)

    def add(self, entry: dict[str, Any]) -> None:
        super().add(entry)
        self._keep(lambda kept: History.add(kept, entry))

    def _keep(self, change: Change) -> None:
        task = asyncio.ensure_future(self._change(change))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _change(self, change: Change) -> None:
        async with self._turn:
            try:
                while True:
                    text, kept = await self._stored()
                    change(kept)
                    if await self._store.replace(self._key, text, _written(kept)):
                        return
            except Exception as error:
                # The answer was given; its figures are all that is lost with the storage.
                logger.error("The history could not be kept: %s", type(error).__name__, exc_info=error)

    async def _read(self) -> None:
        try:
            _, kept = await self._stored()
        except Exception as error:
            logger.error("The history could not be read: %s", type(error).__name__, exc_info=error)
            return
        self.entries, self.totals = kept.entries, kept.totals

    async def _stored(self) -> tuple[str | None, History]:
        text = await self._store.get(self._key)
        return text, History() if text is None else _parsed(text, self._key)


def _written(history: History) -> str:
    return json.dumps({"entries": list(history.entries), "totals": asdict(history.totals)})


def _parsed(text: str, key: str) -> History:
    try:
        value = json.loads(text)
        return History(deque(value["entries"], maxlen=KEPT), Totals(**value["totals"]))
    except (ValueError, KeyError, TypeError) as error:
        # Nothing can be done with it, and what comes next shall be kept.
        logger.error("What was kept as %s is no history: it begins anew.", key, exc_info=error)
        return History()
