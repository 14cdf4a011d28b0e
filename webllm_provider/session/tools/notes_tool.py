"""The `notes` tool at work: a document of notes in a store.

The texts stand in `notes.py`, apart from this code, because a model is trained on them.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from amplifier_core.models import ToolResult

from ..._schema import violations
from ..store import Store, store_of
from . import notes

KEY = "notes"


class NotesTool:
    """Adds, lists and removes notes. Numbers are never given twice."""

    name = notes.NAME
    description = notes.DESCRIPTION
    input_schema = notes.PARAMETERS

    def __init__(self, store: Store) -> None:
        self._store = store

    async def execute(self, input: dict[str, Any]) -> ToolResult:
        """Do what `action` says; what cannot be done is a result with a sentence, not an exception."""
        if wrong := violations(input, self.input_schema):
            return _refused(f"The notes tool cannot use this: {wrong[0]}.")
        action = input["action"]
        if action == "add":
            text = str(input.get("text", "")).strip()
            return await self._add(text) if text else _refused("A note needs a text.")
        if action == "list":
            return ToolResult(success=True, output=notes.listed(await self._read()))
        if "id" not in input:
            return _refused("Say which note to remove, by its id.")
        return await self._remove(int(input["id"]))

    async def _add(self, text: str) -> ToolResult:
        while True:
            stored, document = await self._document()
            number = int(document["next"])
            added = [*document["notes"], {"id": number, "text": text}]
            if await self._replaced(stored, {"next": number + 1, "notes": added}):
                return ToolResult(success=True, output=notes.saved(number, text))

    async def _remove(self, number: int) -> ToolResult:
        while True:
            stored, document = await self._document()
            kept = [note for note in document["notes"] if note["id"] != number]
            if len(kept) == len(document["notes"]):
                return _refused(notes.missing(number))
            if await self._replaced(stored, {**document, "notes": kept}):
                return ToolResult(success=True, output=notes.removed(number))

    async def _replaced(self, stored: str | None, document: dict[str, Any]) -> bool:
        """False when another session or tab has written since the document was read: read it again."""
        return await self._store.replace(KEY, stored, json.dumps(document))

    async def _read(self) -> list[tuple[int, str]]:
        _, document = await self._document()
        return [(note["id"], note["text"]) for note in document["notes"]]

    async def _document(self) -> tuple[str | None, dict[str, Any]]:
        stored = await self._store.get(KEY)
        return stored, json.loads(stored) if stored else {"next": 1, "notes": []}


def _refused(sentence: str) -> ToolResult:
    return ToolResult(success=False, error={"message": sentence})


async def mount(
    coordinator: Any, config: Mapping[str, Any] | None = None
) -> Callable[[], Awaitable[None]] | None:
    """Mount the tool over the session's store."""
    await coordinator.mount("tools", NotesTool(store_of(coordinator)), name=notes.NAME)
    return None
