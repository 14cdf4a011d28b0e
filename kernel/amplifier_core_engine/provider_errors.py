"""What a provider said went wrong: as a category, and as a record."""

from __future__ import annotations

from typing import Final

from . import arguments

# Pattern groups in the order they are tried: a message about tokens per minute is about length first.
_CATEGORIES: Final = (
    ("context_length", ("context length", "too many tokens", "maximum context", "token limit", "too long")),
    ("rate_limit", ("rate limit", "rate_limit", "too many requests", "429")),
    ("timeout", ("timeout", "timed out")),
    ("authentication", ("authentication", "api key", "unauthorized", "401")),
    ("content_filter", ("content filter", "safety", "blocked")),
    ("not_found", ("not found", "404")),
    ("provider_unavailable", ("overloaded", "503", "502", "unavailable")),
)


def classify_error_message(message: str) -> str:
    """The category of a provider's error text, or `unknown`."""
    lowered = arguments.text(message).lower()
    for category, patterns in _CATEGORIES:
        if any(pattern in lowered for pattern in patterns):
            return category
    return "unknown"


class ProviderError:
    """A provider's error as a record. Not an exception: `amplifier_core.llm_errors` has those."""

    __slots__ = (
        "_delay_multiplier",
        "_error_type",
        "_message",
        "_model",
        "_provider",
        "_retry_after",
        "_retryable",
    )

    def __init__(
        self,
        message: str,
        *,
        provider: str | None = None,
        model: str | None = None,
        retry_after: float | None = None,
        delay_multiplier: float | None = None,
        retryable: bool = False,
        error_type: str = "Other",
    ) -> None:
        self._message = arguments.text(message)
        self._provider = arguments.optional_text(provider)
        self._model = arguments.optional_text(model)
        self._retry_after = arguments.optional_number(retry_after)
        self._delay_multiplier = arguments.optional_number(delay_multiplier)
        self._retryable = arguments.flag(retryable)
        self._error_type = arguments.text(error_type)

    @property
    def message(self) -> str:
        """What happened."""
        return self._message

    @property
    def provider(self) -> str | None:
        """Which provider said so."""
        return self._provider

    @property
    def model(self) -> str | None:
        """Which model was asked."""
        return self._model

    @property
    def retry_after(self) -> float | None:
        """Seconds the provider asks to wait."""
        return self._retry_after

    @property
    def delay_multiplier(self) -> float | None:
        """Factor on the computed delay."""
        return self._delay_multiplier

    @property
    def retryable(self) -> bool:
        """Whether another attempt may succeed."""
        return self._retryable

    @property
    def error_type(self) -> str:
        """Name of the kind of error, such as `RateLimit`."""
        return self._error_type

    def __repr__(self) -> str:
        parts = [_quoted(self._message)]
        for name, text in (("provider", self._provider), ("model", self._model)):
            if text is not None:
                parts.append(f"{name}={_quoted(text)}")
        for name, value in (("retry_after", self._retry_after), ("delay_multiplier", self._delay_multiplier)):
            if value is not None:
                parts.append(f"{name}={value:g}")
        if self._retryable:
            parts.append("retryable=True")
        return f"ProviderError({', '.join(parts)})"

    def __str__(self) -> str:
        return self._message


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    for character, written in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\0", "\\0")):
        escaped = escaped.replace(character, written)
    return f'"{escaped}"'
