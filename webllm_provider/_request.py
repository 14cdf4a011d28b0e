"""From a `ChatRequest` to the body of a completion (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from amplifier_core.message_models import (
    ChatRequest,
    Degradation,
    ResponseFormatJson,
    ResponseFormatJsonSchema,
    ToolSpec,
)

from ._constraint import ToolChoice, build_constraint, read_tool_choice
from ._control import neutralised_json
from ._dialects import Dialect, dialect_of
from ._messages import convert
from ._repair import Repair, repaired
from ._syntax import CallSyntax
from ._tools import ToolLike
from ._wire import BodyMessage, CompletionBody, LoadedModel
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


@dataclass(frozen=True)
class Prepared:
    """A request, ready for the engine."""

    body: CompletionBody
    schemas: dict[str, Mapping[str, Any]]
    """The schema of each tool's arguments, to hold the calls against."""
    repairs: list[Repair]
    degradations: list[Degradation]
    has_instructions: bool
    syntax: CallSyntax
    """How calls will stand in the answer."""


def prepare(
    request: ChatRequest,
    options: Mapping[str, Any],
    config: ProviderConfig,
    loaded: LoadedModel | None,
) -> Prepared:
    """Convert a request.

    Args:
        options: the keyword arguments of `complete()`; they go before the request's own fields.
        loaded: the model that will answer and what its engine can do; None while that is not known.

    Raises:
        RequestRefused: what is asked for has no meaning here, with the sentence.
    """
    model = options.get("model") or request.model or config.model or (loaded["id"] if loaded else None)
    degradations: list[Degradation] = []
    choice = _tool_choice(request, options)
    messages, repairs = repaired(request.messages)
    dialect = dialect_of(loaded)
    talk = convert(messages, dialect)
    system = [talk.system] if talk.system else []
    if choice.tools:
        system.append(dialect.tools([_readable(tool) for tool in choice.tools]))
    _check_last(talk.messages)
    _check_images(talk.messages, loaded)

    body: CompletionBody = {"messages": talk.messages}
    if system:
        body["messages"] = [{"role": "system", "content": "\n\n".join(system)}, *talk.messages]
    if model is not None:
        body["model"] = model
    _add_sampling(body, request, options, config, loaded, degradations)
    _add_format(body, request, loaded, degradations)
    _add_constraint(body, choice, dialect, loaded, degradations)
    if request.reasoning_effort is not None:
        asked = f"reasoning_effort {request.reasoning_effort}"
        reason = "a local model has no such setting"
        degradations.append(Degradation(requested=asked, actual="the model's own way", reason=reason))
    degradations.extend(
        Degradation(requested=what, actual="left out", reason="a local text model has no place for it")
        for what in talk.left_out
    )
    if talk.broken:
        reason = "their spellings would open or close a turn"
        degradations.append(
            Degradation(requested="control tokens as text", actual="each with a space in it", reason=reason)
        )
    schemas: dict[str, Mapping[str, Any]] = {tool.name: tool.parameters for tool in choice.tools}
    return Prepared(body, schemas, repairs, degradations, bool(talk.system), dialect.syntax)


@dataclass
class _Told:
    """A tool as the model reads of it: what a server says of its tools is as foreign as its results."""

    name: str
    description: str | None
    parameters: dict[str, Any]


def _readable(tool: ToolLike) -> ToolLike:
    return _Told(tool.name, *neutralised_json([tool.description, tool.parameters]))


def _tool_choice(request: ChatRequest, options: Mapping[str, Any]) -> ToolChoice:
    tools: Sequence[ToolSpec] = request.tools or ()
    parallel = options.get("parallel_tool_calls", (request.model_extra or {}).get("parallel_tool_calls"))
    return read_tool_choice(
        tools, options.get("tool_choice", request.tool_choice), parallel=parallel is not False
    )


def _asked(name: str, sources: Sequence[object]) -> Any:
    """The first value that is set; 0 and 0.0 are values."""
    for source in sources:
        for key in (name, *NUMBERS.get(name, ((), 0, 0))[0]):
            value = source.get(key) if isinstance(source, Mapping) else getattr(source, key, None)
            if value is not None:
                return value
    return None


def _add_sampling(
    body: CompletionBody,
    request: ChatRequest,
    options: Mapping[str, Any],
    config: ProviderConfig,
    loaded: LoadedModel | None,
    degradations: list[Degradation],
) -> None:
    defaults = defaults_for(body.get("model"))
    window = loaded["context_window"] if loaded else CONTEXT_WINDOW
    fallback = {
        "temperature": defaults.temperature,
        "top_p": defaults.top_p,
        "max_tokens": answer_tokens(body.get("model"), window),
    }
    sources = (options, request, config, fallback)
    for name in NUMBERS:
        value = _asked(name, sources)
        if value is not None:
            body[name] = _number(name, value)  # type: ignore[literal-required]
    stop = _asked("stop", sources)
    if stop:
        body["stop"] = [stop] if isinstance(stop, str) else [str(one) for one in stop]
    if (logprobs := _asked("logprobs", sources)) is not None:
        body["logprobs"] = bool(logprobs)
    if "top_k" in body and loaded is not None and loaded["engine"]["kind"] == "webllm":
        asked = body.pop("top_k")
        degradations.append(
            Degradation(requested=f"top_k {asked}", actual="no top_k", reason="WebLLM has no top_k")
        )


def _number(name: str, value: object) -> float | int:
    _, least, greatest = NUMBERS[name]
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if number is None or not least <= number <= greatest or (name in WHOLE and number != int(number)):
        kind = "a whole number" if name in WHOLE else "a number"
        raise engine_error(
            "invalid_request",
            f"{name} must be {kind} from {least} to {greatest}, not {value!r}.",
            details={"field": name},
            kind=RequestRefused,
        )
    return int(number) if name in WHOLE else number


def _add_format(
    body: CompletionBody,
    request: ChatRequest,
    loaded: LoadedModel | None,
    degradations: list[Degradation],
) -> None:
    wanted = request.response_format
    if not isinstance(wanted, ResponseFormatJson | ResponseFormatJsonSchema):
        return
    if loaded is not None and loaded["capabilities"]["json_schema"]:
        schema = wanted.json_schema if isinstance(wanted, ResponseFormatJsonSchema) else {"type": "object"}
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
        return
    degradations.append(
        Degradation(
            requested=f"response_format {wanted.type}",
            actual="text",
            reason="the engine cannot hold an answer to a JSON schema",
        )
    )


def _add_constraint(
    body: CompletionBody,
    choice: ToolChoice,
    dialect: Dialect,
    loaded: LoadedModel | None,
    degradations: list[Degradation],
) -> None:
    support: Literal["structural_tag", "grammar", "none"] = (
        loaded["capabilities"]["constraint"] if loaded else "none"
    )
    constraint, relaxed = build_constraint(choice, dialect)
    if constraint is None:
        return
    if support == "none":
        reason = "the engine cannot hold its output to a grammar" if loaded else "no model is loaded yet"
        degradations.append(
            Degradation(requested="constrained tool calls", actual="calls read from the text", reason=reason)
        )
        return
    body["constraint"] = constraint
    for name in relaxed:
        degradations.append(
            Degradation(
                requested=f"the arguments of {name} constrained to its schema",
                actual="any JSON object, checked afterwards",
                reason="a grammar cannot express the schema",
            )
        )


def _check_last(messages: Sequence[BodyMessage]) -> None:
    if not messages:
        raise engine_error("invalid_request", "The request has no message that could be answered.")
    if messages[-1]["role"] == "assistant":
        raise engine_error(
            "invalid_request",
            "The last message is the assistant's own: there is nothing to answer.",
            hint="End the conversation with a user message or a tool result.",
        )


def _check_images(messages: Sequence[BodyMessage], loaded: LoadedModel | None) -> None:
    if loaded is None or loaded["capabilities"]["images"]:
        return
    if any(not isinstance(message["content"], str) for message in messages):
        raise engine_error(
            "unsupported",
            f"{loaded['id']} cannot see images.",
            hint="Choose a vision model, or send text only.",
            model=loaded["id"],
        )
