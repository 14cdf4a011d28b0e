"""The store of a server: one SQLite file, which survives a restart."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")

TABLE = """
CREATE TABLE IF NOT EXISTS kept (
    key TEXT PRIMARY KEY, value TEXT NOT NULL, ends REAL NOT NULL, used REAL NOT NULL, size INTEGER NOT NULL
)
"""


class SqliteStore:
    """Forgets what was used least when it grows beyond its limit.

    Args:
        path: of the file; readable by this user only.
        limit: of the values, in characters of JSON.
    """

    def __init__(self, path: Path, limit: int = 64 * 2**20, now: Callable[[], float] = time.time) -> None:
        self._limit = limit
        self._now = now
        self._closed = False
        # One thread, for one call at a time: also the call of a task that was cancelled ends before the next.
        self._thread = ThreadPoolExecutor(1, "webllm-store")
        path.touch(mode=0o600)
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute(TABLE)

    async def get(self, key: str) -> Any:
        return await self._run(lambda: self._get(key))

    async def put(self, key: str, value: Any, age: float) -> None:
        text = json.dumps(value)
        await self._run(lambda: self._put(key, text, age))

    async def take(self, key: str) -> Any:
        def once() -> Any:
            value = self._get(key)
            self._delete(key)
            return value

        return await self._run(once)

    async def delete(self, key: str) -> None:
        await self._run(lambda: self._delete(key))

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await self._run(self._file.close)
            self._thread.shutdown()

    def _get(self, key: str) -> Any:
        now = self._now()
        row = self._file.execute("SELECT value FROM kept WHERE key = ? AND ends > ?", (key, now)).fetchone()
        if row is None:
            return None
        self._file.execute("UPDATE kept SET used = ? WHERE key = ?", (now, key))
        return json.loads(row[0])

    def _put(self, key: str, text: str, age: float) -> None:
        now = self._now()
        if len(text) > self._limit:
            self._delete(key)
            return
        row = (key, text, now + age, now, len(text))
        self._file.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?)", row)
        self._file.execute("DELETE FROM kept WHERE ends <= ?", (now,))
        while self._file.execute("SELECT total(size) FROM kept").fetchone()[0] > self._limit:
            self._file.execute("DELETE FROM kept WHERE key = (SELECT key FROM kept ORDER BY used LIMIT 1)")

    def _delete(self, key: str) -> None:
        self._file.execute("DELETE FROM kept WHERE key = ?", (key,))

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
