"""From a `ChatRequest` to the body of a completion (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amplifier_core.message_models import ChatRequest, Degradation, ToolSpec

from ._constraint import ToolChoice, build_constraint, read_tool_choice
from ._control import neutralised_json
from ._dialects import Dialect, dialect_of
from ._format import JsonAnswer, add_format
from ._messages import Conversation, convert
from ._native import NATIVE_SYNTAX, add_tools, takes_tools
from ._repair import Repair, repaired
from ._sampling import add_sampling, asked, read_timeout
from ._screen import widened
from ._syntax import CallSyntax
from ._thinking import add_thinking
from ._tools import ToolLike
from ._wire import BodyMessage, CompletionBody, LoadedModel
from .config import ProviderConfig
from .errors import engine_error


@dataclass(frozen=True)
class Prepared:
    """A request, ready for the engine."""

    body: CompletionBody
    schemas: dict[str, Mapping[str, Any]]
    """The schema of each tool's arguments, to hold the calls against."""
    repairs: list[Repair]
    degradations: list[Degradation]
    has_instructions: bool
    relaxations: list[Degradation]
    """What of the tools' schemas the engine does not hold: the same for every request with these tools."""
    syntax: CallSyntax
    """How calls will stand in the answer."""
    answer: JsonAnswer | None
    """What the answer has to be, where it has to be JSON."""
    required: bool
    """Whether a call has to come."""
    thinking: bool
    """Whether the answer will begin with the model's thinking."""
    timeout: float
    """Seconds for all of it."""


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
    native = takes_tools(loaded)
    talk = convert(messages, dialect, native=native)
    _check_last(talk.messages)
    _check_images(talk.messages, loaded)

    body: CompletionBody = {"messages": talk.messages}
    if model is not None:
        body["model"] = model
    if config.delta_interval_ms is not None:
        body["delta_interval_ms"] = config.delta_interval_ms
    add_sampling(body, (options, request, config), loaded, degradations)
    answer = add_format(body, request, loaded, degradations)
    if answer is not None:
        choice = _without_calls(choice, degradations)
    system = [talk.system] if talk.system else []
    readable = [_readable(tool) for tool in choice.tools]
    if native:
        add_tools(body, choice, readable, degradations)
    elif readable:
        system.append(dialect.tools(readable))
    if answer is not None and answer.told:
        system.append(answer.told)
    if system:
        body["messages"] = [{"role": "system", "content": "\n\n".join(system)}, *talk.messages]
    relaxations: list[Degradation] = []
    if not native:
        _add_constraint(body, choice, dialect, loaded, degradations, relaxations)
    thinks = add_thinking(body, request, options, config, degradations)
    thinking = thinks and _may_think(body, loaded, degradations)
    degradations.extend(_left_out(talk))
    return Prepared(
        body=body,
        schemas={tool.name: tool.parameters for tool in choice.tools},
        repairs=repairs,
        degradations=degradations,
        has_instructions=bool(talk.system),
        relaxations=relaxations,
        syntax=NATIVE_SYNTAX if native else dialect.syntax,
        answer=answer,
        required=choice.required,
        thinking=thinking,
        timeout=read_timeout(request, options, config),
    )


def _left_out(talk: Conversation) -> Iterator[Degradation]:
    for what in talk.left_out:
        reason = "a local text model has no place for it"
        yield Degradation(requested=what, actual="left out", reason=reason)
    if talk.broken:
        reason = "their spellings would open a turn or a call"
        yield Degradation(
            requested="control tokens and call markers as text",
            actual="each with a space in it",
            reason=reason,
        )


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
    return read_tool_choice(tools, asked("tool_choice", (options, request)), parallel=parallel is not False)


def _without_calls(choice: ToolChoice, degradations: list[Degradation]) -> ToolChoice:
    """An answer that has to be JSON cannot hold calls as well."""
    if choice.tools:
        reason = "an answer is either JSON of the schema or calls"
        degradations.append(
            Degradation(requested="tools beside a response_format", actual="no tools", reason=reason)
        )
    return ToolChoice((), required=False, single=False)


def _add_constraint(
    body: CompletionBody,
    choice: ToolChoice,
    dialect: Dialect,
    loaded: LoadedModel | None,
    degradations: list[Degradation],
    relaxations: list[Degradation],
) -> None:
    constraint, relaxed = build_constraint(choice, dialect)
    if constraint is None:
        return
    support = loaded["capabilities"]["constraint"] if loaded else "none"
    if support == "none":
        reason = "the engine cannot hold its output to a grammar" if loaded else "no model is loaded yet"
        degradations.append(
            Degradation(requested="constrained tool calls", actual="calls read from the text", reason=reason)
        )
        return
    body["constraint"] = constraint
    for tool in choice.tools:
        loose = widened(tool.parameters) if support == "grammar" and tool.name not in relaxed else set()
        if tool.name not in relaxed and not loose:
            continue
        actual = "any JSON object" if not loose else f"without {', '.join(sorted(loose))}"
        relaxations.append(
            Degradation(
                requested=f"the arguments of {tool.name} constrained to its schema",
                actual=f"{actual}, checked afterwards",
                reason="a grammar cannot express the schema",
            )
        )


def _may_think(body: CompletionBody, loaded: LoadedModel | None, degradations: list[Degradation]) -> bool:
    """Whether thinking can stand before the answer: a grammar lets at most text stand before a call."""
    called = "constraint" in body and body["constraint"]["at_least_one"]
    # A server's grammar holds only what comes behind the thinking.
    held = "response_format" in body and loaded is not None and loaded["engine"]["kind"] != "server"
    if called or held:
        degradations.append(
            Degradation(
                requested=f"thinking before {'a required call' if called else 'JSON'}",
                actual="no thinking",
                reason="the grammar lets no thinking stand before it",
            )
        )
    return not (called or held)


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
