"""The end of a session: cleanup functions, run in reverse, whatever some of them do."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)


class Cleanups:
    """The part of a coordinator that ends what modules began."""

    # Its state lies in the slots of the coordinator: two bases with slots cannot be combined.
    __slots__ = ()

    _cleanups: list[Callable[[], Any]]

    @property
    def _cleanup_fns(self) -> list[Callable[[], Any]]:
        return self._cleanups

    def register_cleanup(self, cleanup_fn: Callable[[], Any] | None) -> None:
        """Adds a function for `cleanup`. What cannot be called is ignored: `mount` may return nothing."""
        if callable(cleanup_fn):
            self._cleanups.append(cleanup_fn)

    async def cleanup(self) -> None:
        """Calls every cleanup function, the last registered first.

        One that fails is logged. One that asks to stop the program is heard after the others have run.
        """
        fatal: BaseException | None = None
        # Modules also append to the list directly, and not only what can be called.
        for function in filter(callable, reversed(list(self._cleanups))):
            try:
                outcome = function()
                if inspect.iscoroutine(outcome):
                    await outcome
            except GeneratorExit:
                raise
            except BaseException as error:
                logger.error("Error during cleanup: %s", error, exc_info=error)
                if fatal is None and not isinstance(error, Exception):
                    fatal = error
        if fatal is not None:
            raise fatal
