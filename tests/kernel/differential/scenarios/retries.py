"""Retry configuration, delays, classification, the structured provider error."""

from __future__ import annotations

import math
import warnings
from typing import Any

from amplifier_core._engine import ProviderError, RetryConfig, classify_error_message, compute_delay
from recording import Recorder, scenario

FIELDS = (
    "max_retries",
    "initial_delay",
    "max_delay",
    "backoff_factor",
    "jitter",
    "honor_retry_after",
    "min_delay",
    "backoff_multiplier",
)


def fields(config: RetryConfig) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [getattr(config, name) for name in FIELDS]


@scenario
async def configuration(see: Recorder) -> None:
    cases: dict[str, dict[str, Any]] = {
        "defaults": {},
        "all": {
            "max_retries": 1,
            "initial_delay": 2,
            "max_delay": 3,
            "backoff_factor": 4,
            "jitter": False,
            "honor_retry_after": False,
        },
        "jitter float": {"jitter": 0.5},
        "jitter zero": {"jitter": 0.0},
        "jitter int": {"jitter": 1},
        "jitter text": {"jitter": "x"},
        "jitter none": {"jitter": None},
        "jitter negative": {"jitter": -0.5},
        "jitter nan": {"jitter": math.nan},
        "min_delay and initial as by default": {"min_delay": 5.0, "initial_delay": float("1")},
        "min_delay and lower initial": {"min_delay": 5.0, "initial_delay": 0.5},
        "multiplier and factor as by default": {"backoff_multiplier": 3.0, "backoff_factor": float("2")},
        "multiplier and lower factor": {"backoff_multiplier": 3.0, "backoff_factor": 1.5},
        "min_delay": {"min_delay": 5.0},
        "min_delay and initial": {"min_delay": 5.0, "initial_delay": 2.0},
        "multiplier": {"backoff_multiplier": 3.0},
        "multiplier and factor": {"backoff_multiplier": 3.0, "backoff_factor": 4.0},
        "negative retries": {"max_retries": -1},
        "float retries": {"max_retries": 1.5},
        "retries text": {"max_retries": "3"},
        "negative delay": {"initial_delay": -1.0},
        "nan": {"initial_delay": math.nan},
        "delay text": {"initial_delay": "1"},
        "honor int": {"honor_retry_after": 1},
        "unknown": {"unknown": 1},
        "retries bool": {"max_retries": True},
        "large": {"max_retries": 2**32},
        "max below initial": {"max_delay": 0.5},
        "factor zero": {"backoff_factor": 0.0},
    }
    for label, keywords in cases.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            await see.outcome(label, lambda keywords=keywords: fields(RetryConfig(**keywords)))
        see(f"{label}: warnings", [(w.category.__name__, str(w.message)) for w in caught])
    positional = RetryConfig(1, 2.0, 3.0, 4.0, False, False)
    see("positional", fields(positional))
    await see.outcome("read only", lambda: setattr(positional, "max_retries", 2))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        see("deprecated reads", [positional.min_delay, positional.backoff_multiplier])
    see("deprecated reads: warnings", [(w.category.__name__, str(w.message)) for w in caught])
    see("equality", RetryConfig() == RetryConfig())


@scenario
async def delays(see: Recorder) -> None:
    plain = RetryConfig(jitter=False)
    see("attempts", [compute_delay(plain, n) for n in (0, 1, 2, 5, 6, 7, 100, 5000)])
    for label, keywords in {
        "retry_after above": {"retry_after": 10.0},
        "retry_after below": {"retry_after": 0.5},
        "retry_after over max": {"retry_after": 100.0},
        "retry_after int": {"retry_after": 3},
        "retry_after negative": {"retry_after": -1.0},
        "retry_after nan": {"retry_after": math.nan},
        "retry_after inf": {"retry_after": math.inf},
        "retry_after zero": {"retry_after": 0},
        "multiplier": {"delay_multiplier": 10.0},
        "multiplier zero": {"delay_multiplier": 0.0},
        "multiplier negative": {"delay_multiplier": -2.0},
        "multiplier nan": {"delay_multiplier": math.nan},
        "multiplier inf": {"delay_multiplier": math.inf},
        "multiplier small": {"delay_multiplier": 0.1},
        "both": {"retry_after": 15.0, "delay_multiplier": 10.0},
        "both, multiplier higher": {"retry_after": 5.0, "delay_multiplier": 10.0},
    }.items():
        see(label, [compute_delay(plain, n, **keywords) for n in (0, 3, 7)])
    see(
        "not honoured", compute_delay(RetryConfig(jitter=False, honor_retry_after=False), 0, retry_after=10.0)
    )
    see("other factor", [compute_delay(RetryConfig(3, 0.1, 1.0, 3.0, False), n) for n in range(5)])
    see("factor below one", [compute_delay(RetryConfig(3, 8.0, 60.0, 0.5, False), n) for n in range(3)])
    see("negative initial", compute_delay(RetryConfig(initial_delay=-1.0, jitter=False), 1))
    see("nan initial", compute_delay(RetryConfig(initial_delay=math.nan, jitter=False), 1))
    see("infinite max", compute_delay(RetryConfig(max_delay=math.inf, jitter=False), 5000))
    await see.outcome("negative attempt", lambda: compute_delay(plain, -1))
    await see.outcome("float attempt", lambda: compute_delay(plain, 1.0))  # type: ignore[arg-type]
    await see.outcome("other config", lambda: compute_delay({}, 1))  # type: ignore[arg-type]


@scenario
async def jitter(see: Recorder) -> None:
    for label, config, attempt, keywords in [
        ("plain", RetryConfig(), 0, {}),
        ("at the maximum", RetryConfig(), 10, {}),
        ("with multiplier", RetryConfig(), 10, {"delay_multiplier": 2.0}),
        ("with retry_after", RetryConfig(), 0, {"retry_after": 10.0}),
    ]:
        samples = [compute_delay(config, attempt, **keywords) for _ in range(4000)]
        base = compute_delay(RetryConfig(jitter=False), attempt, **keywords)
        see(f"{label}: lowest", round(min(samples) / base, 1))
        see(f"{label}: highest", round(max(samples) / base, 1))
        see(f"{label}: differs", len(set(samples)) > 100)


@scenario
async def classification(see: Recorder) -> None:
    messages = [
        "",
        "something",
        "Rate limit",
        "rate_limit_exceeded",
        "too many requests",
        "error 429",
        "HTTP 4290",
        "timeout",
        "Timed out",
        "Time out",
        "authentication",
        "API key",
        "api_key",
        "unauthorized",
        "401",
        "403 forbidden",
        "context length",
        "maximum context",
        "too many tokens",
        "token limit",
        "too long",
        "context_length",
        "content filter",
        "content_filter",
        "safety",
        "blocked",
        "not found",
        "404",
        "overloaded",
        "503",
        "502",
        "500",
        "unavailable",
        "service unavailable",
        "rate limit and timeout",
        "timeout after 401",
        "not found: api key",
        "blocked: too long",
        "safety timeout",
        "RATE LIMIT",
        "connection reset",
        "quota",
        "İ timeout",
        "overloaded 404",
        "529",
        "billing",
    ]
    see("messages", {message: classify_error_message(message) for message in messages})
    await see.outcome("not text", lambda: classify_error_message(3))  # type: ignore[arg-type]


@scenario
async def provider_error(see: Recorder) -> None:
    names = ("message", "provider", "model", "retry_after", "delay_multiplier", "retryable", "error_type")
    for label, error in {
        "plain": ProviderError("m"),
        "all": ProviderError(
            "m\"q'",
            provider="p",
            model="x",
            retry_after=1.0,
            delay_multiplier=2.5,
            retryable=True,
            error_type="RateLimit",
        ),
        "int": ProviderError("é\n", retry_after=3),
        "escapes": ProviderError("back\\slash \t tab \r return \0 nul"),
    }.items():
        see(label, [*(getattr(error, name) for name in names), repr(error), str(error)])
    see("is an exception", isinstance(ProviderError("m"), Exception))
    await see.outcome("positional", lambda: ProviderError("m", "p"))  # type: ignore[call-arg]
    await see.outcome("without message", ProviderError)  # type: ignore[call-arg]
    await see.outcome("message number", lambda: ProviderError(3))  # type: ignore[arg-type]
    await see.outcome("read only", lambda: setattr(ProviderError("m"), "message", "n"))
