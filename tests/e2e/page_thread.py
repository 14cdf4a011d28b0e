"""The thread of a page among all the others of a browser, where there are fewer processors than a phone has.

What measures a page by the clock takes the time that it waits for a processor for the page's own work. A
phone has eight cores; on two, workers, compilers and a display that a processor draws would be held against
the page.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple

from tools.processes import PROC, numbers_in, started_by

LAST = 19
"""The niceness of a thread that runs when no other wants to."""
LOOK_EVERY_S = 0.05


class Times(NamedTuple):
    """What the kernel counts of a thread, in ns."""

    ran: int
    waited: int
    """For a processor, while others ran."""


class PageThread:
    """While it is entered, the first threads of renderers go before all others that a process has started.

    Where there is no /proc, nothing is done, and a page has had all that it wanted.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch)
        self._put_last: set[int] = set()
        self._pages: dict[int, Times] = {}

    def __enter__(self) -> PageThread:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watcher.join()

    @property
    def share(self) -> float:
        """Of the time in which the busiest page wanted a processor, the part in which it had one: 0 to 1."""
        busiest = max(self._pages.values(), default=Times(0, 0))
        return busiest.ran / sum(busiest) if busiest.ran else 1.0

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            for process in started_by(self._root):
                # A process that has ended has nothing to be read.
                with suppress(OSError):
                    self._look_at(process)

    def _look_at(self, process: int) -> None:
        folder = PROC / str(process)
        is_renderer = b"--type=renderer" in (folder / "cmdline").read_bytes()
        if is_renderer:
            ran, waited, _ = (folder / "schedstat").read_text().split()
            self._pages[process] = Times(int(ran), int(waited))
        for thread in numbers_in(folder / "task") - self._put_last:
            if not (is_renderer and thread == process):
                self._put_last.add(thread)
                os.setpriority(os.PRIO_PROCESS, thread, LAST)
