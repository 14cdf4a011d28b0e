"""Which sampling a request asks for, in which words, and what an engine cannot do of it (pure).

Precedence: the keyword arguments of `complete()`, the request's fields, the config, the model's default.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from amplifier_core.message_models import ChatRequest, Degradation

from ._wire import CompletionBody, LoadedModel
from .config import ProviderConfig
from .errors import RequestRefused, engine_error
from .models import CONTEXT_WINDOW, answer_tokens, defaults_for

# Field of the body: where else it may be called so, its least and its greatest value.
NUMBERS: dict[str, tuple[tuple[str, ...], float, float]] = {
    "temperature": ((), 0, 2),
    "top_p": ((), 0, 1),
    "top_k": ((), 0, 1_000_000),
    "max_tokens": (("max_output_tokens",), 1, 1_000_000),
    "seed": ((), -(2**53), 2**53),
    "frequency_penalty": ((), -2, 2),
    "presence_penalty": ((), -2, 2),
    "top_logprobs": ((), 0, 5),
}
WHOLE = frozenset({"top_k", "max_tokens", "seed", "top_logprobs"})
LONGEST_WAIT = 7 * 24 * 3600.0
"""Seconds; event loops overflow at times that nobody waits."""


def asked(name: str, sources: Sequence[object]) -> Any:
    """The first value that is set; 0 and 0.0 are values."""
    for source in sources:
        for key in (name, *NUMBERS.get(name, ((), 0, 0))[0]):
            value = source.get(key) if isinstance(source, Mapping) else getattr(source, key, None)
            if value is not None:
                return value
    return None


def read_timeout(request: ChatRequest, options: Mapping[str, Any], config: ProviderConfig) -> float:
    """Seconds for the whole completion.

    Raises:
        RequestRefused: it is no number above 0.
    """
    value = asked("timeout", (options, request, config))
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf:
        return min(float(value), LONGEST_WAIT)
    raise _refused("timeout", f"timeout must be a number of seconds above 0, not {value!r}.")


def add_sampling(
    body: CompletionBody,
    sources: Sequence[object],
    loaded: LoadedModel | None,
    degradations: list[Degradation],
) -> None:
    """Put the sampling fields into a body.

    Args:
        sources: keyword arguments, request and config, in the order in which they are asked.
        degradations: takes what this engine does not have.

    Raises:
        RequestRefused: a value has the wrong type or lies out of range.
    """
    defaults = defaults_for(body.get("model"))
    fallback = {
        "temperature": defaults.temperature,
        "top_p": defaults.top_p,
        "max_tokens": answer_tokens(
            body.get("model"), loaded["context_window"] if loaded else CONTEXT_WINDOW
        ),
    }
    for name in NUMBERS:
        value = asked(name, (*sources, fallback))
        if value is not None:
            body[name] = _number(name, value)  # type: ignore[literal-required]
    if stop := _stop(asked("stop", sources)):
        body["stop"] = stop
    if (logprobs := asked("logprobs", sources)) is not None:
        body["logprobs"] = bool(logprobs)
    _leave_out(body, loaded, degradations)


def _leave_out(body: CompletionBody, loaded: LoadedModel | None, degradations: list[Degradation]) -> None:
    """Engines refuse what they do not have; here it is left out, and said."""
    if loaded is None:
        return
    if "top_k" in body and loaded["engine"]["kind"] == "webllm":
        top_k = body.pop("top_k")
        reason = "WebLLM has no top_k"
        degradations.append(Degradation(requested=f"top_k {top_k}", actual="no top_k", reason=reason))
    if not loaded["capabilities"]["logprobs"]:
        wanted = body.pop("logprobs", False) or body.get("top_logprobs") is not None
        body.pop("top_logprobs", None)
        if wanted:
            reason = "the engine's stream has no place for them"
            degradations.append(Degradation(requested="logprobs", actual="no logprobs", reason=reason))


def _stop(value: object) -> list[str] | None:
    if value is None or value == "":
        return None
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(one, str) and one for one in texts):
        raise _refused("stop", f"stop must be a text or a list of texts, not {value!r}.")
    return [str(one) for one in texts] or None


def _number(name: str, value: object) -> float | int:
    _, least, greatest = NUMBERS[name]
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if number is None or not least <= number <= greatest or (name in WHOLE and number != int(number)):
        kind = "a whole number" if name in WHOLE else "a number"
        raise _refused(name, f"{name} must be {kind} from {least} to {greatest}, not {value!r}.")
    return int(number) if name in WHOLE else number


def _refused(field: str, sentence: str) -> Exception:
    return engine_error("invalid_request", sentence, details={"field": field}, kind=RequestRefused)
