"""How often to try again, and how long to wait before it."""

from __future__ import annotations

import math
import random
import warnings
from typing import Any, Final

from . import arguments

_INITIAL_DELAY: Final = 1.0
_BACKOFF_FACTOR: Final = 2.0
# What the `jitter` property has always shown for "on". The jitter itself is wider (see `compute_delay`).
_JITTER_SHOWN: Final = 0.2


class RetryConfig:
    """How often and how long to wait between attempts; read-only. Times are seconds.

    `min_delay` and `backoff_multiplier` are the old names of `initial_delay` and `backoff_factor`; the new
    name wins when both are given.
    """

    __slots__ = (
        "_backoff_factor",
        "_honor_retry_after",
        "_initial_delay",
        "_jitter",
        "_max_delay",
        "_max_retries",
    )

    def __init__(
        self,
        max_retries: int = 3,
        initial_delay: float = _INITIAL_DELAY,
        max_delay: float = 60.0,
        backoff_factor: float = _BACKOFF_FACTOR,
        jitter: bool | float | None = None,
        honor_retry_after: bool = True,
        min_delay: float | None = None,
        backoff_multiplier: float | None = None,
    ) -> None:
        self._max_retries = arguments.unsigned(max_retries)
        self._initial_delay = arguments.number(initial_delay)
        self._max_delay = arguments.number(max_delay)
        self._backoff_factor = arguments.number(backoff_factor)
        self._honor_retry_after = arguments.flag(honor_retry_after)
        self._jitter = _jitter(jitter)
        if min_delay is not None and self._initial_delay == _INITIAL_DELAY:
            _deprecated("min_delay is deprecated, use initial_delay")
            self._initial_delay = arguments.number(min_delay)
        if backoff_multiplier is not None and self._backoff_factor == _BACKOFF_FACTOR:
            _deprecated("backoff_multiplier is deprecated, use backoff_factor")
            self._backoff_factor = arguments.number(backoff_multiplier)

    @property
    def max_retries(self) -> int:
        """Attempts after the first one."""
        return self._max_retries

    @property
    def initial_delay(self) -> float:
        """Wait before the first retry."""
        return self._initial_delay

    @property
    def max_delay(self) -> float:
        """Upper limit of the exponential part of a delay."""
        return self._max_delay

    @property
    def backoff_factor(self) -> float:
        """Growth of the delay from one retry to the next."""
        return self._backoff_factor

    @property
    def jitter(self) -> float:
        """0.2 if delays are randomised, else 0.0."""
        return _JITTER_SHOWN if self._jitter else 0.0

    @property
    def honor_retry_after(self) -> bool:
        """Whether a server's hint is a lower limit of the delay."""
        return self._honor_retry_after

    @property
    def min_delay(self) -> float:
        """Old name of `initial_delay`."""
        _deprecated("min_delay is deprecated, use initial_delay")
        return self._initial_delay

    @property
    def backoff_multiplier(self) -> float:
        """Old name of `backoff_factor`."""
        _deprecated("backoff_multiplier is deprecated, use backoff_factor")
        return self._backoff_factor


def compute_delay(
    config: RetryConfig,
    attempt: int,
    retry_after: float | None = None,
    delay_multiplier: float | None = None,
) -> float:
    """Seconds to wait before a retry; `attempt` counts from zero.

    Exponential growth up to the maximum, then the error's own multiplier (an overloaded server may ask for
    more than the maximum), then the server's hint as a lower limit, then jitter from half to one and a half.
    """
    if not isinstance(config, RetryConfig):
        raise TypeError(f"{arguments.described(config)} is not an instance of 'RetryConfig'")
    attempt = arguments.unsigned(attempt)
    hint, multiplier = arguments.optional_number(retry_after), arguments.optional_number(delay_multiplier)
    delay = _smaller(config.initial_delay * _power(config.backoff_factor, attempt), config.max_delay)
    # A multiplier that is no positive number would end in a sleep of NaN or negative seconds.
    if multiplier is not None and math.isfinite(multiplier) and multiplier > 0:
        delay *= multiplier
    if config.honor_retry_after and hint is not None and not math.isnan(hint):
        delay = max(delay, hint)
    return delay * random.uniform(0.5, 1.5) if config.jitter else delay


def _jitter(value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        _deprecated("passing a float for jitter is deprecated, use a bool", frames=4)
        return value != 0.0
    warnings.warn("jitter received an unexpected type; defaulting to True", UserWarning, stacklevel=3)
    return True


def _deprecated(message: str, frames: int = 3) -> None:
    """Warns of the line that called the class, so many frames up: not of one in here."""
    warnings.warn(message, DeprecationWarning, stacklevel=frames)


def _power(base: float, exponent: int) -> float:
    try:
        return base**exponent
    except OverflowError:
        return math.inf


def _smaller(value: float, limit: float) -> float:
    """The smaller of two, and the limit for a value that is no number."""
    return limit if math.isnan(value) or value > limit else value
