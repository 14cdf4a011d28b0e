"""`context-webllm`: the conversation, and what of it fits into a small model's window.

The stored history is never changed by a request. When it grows too long, whole turns are left out, oldest
first (`fitting.py`): a question and everything up to the next one. So a tool call never loses its result,
the system text always stays, and so does the last turn. A question that was stopped or failed before
anything was answered stays in the history, but is not sent again with the next one: a small model would
answer both.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from amplifier_core.events import CONTEXT_COMPACTION, LLM_RESPONSE
from amplifier_core.models import HookResult

from .._tools import render_tools
from .fitting import Fitting, Message, characters
from .options import TurnOptions, turn_options

logger = logging.getLogger(__name__)

ANSWERS = ("assistant", "tool", "function")

CHARACTERS_PER_TOKEN = 3.0
"""Assumed until an engine has counted. English prose has about four; JSON and names have fewer."""
LEAST_PER_TOKEN, MOST_PER_TOKEN = 0.5, 6.0
"""Between them lies every count of a whole prompt, from single bytes to whole words."""
AFTER_TOO_MUCH = 0.7
"""Factor of the estimate after a prompt that was too long for the engine."""
MARGIN = 64
"""Tokens kept free for what a chat template adds around messages."""
UNANSWERED = "webllm:unanswered"
"""Metadata key of a question that got no answer."""


class WindowContext:
    """The messages of a session, cut to the provider's window for each request.

    Args:
        instruction: the system text; empty for none.
        coordinator: for the tools whose descriptions take room, and to tell of what was left out.
    """

    def __init__(self, instruction: str = "", coordinator: Any = None) -> None:
        self._instruction = instruction
        self._coordinator = coordinator
        self._messages: list[Message] = []
        self._per_token = CHARACTERS_PER_TOKEN
        self._fitting = Fitting()
        self._sent = 0
        self._last: list[Message] = []
        self._grew = False
        """Whether the last request was the one before it and more: then a cache can hold a part of it."""

    async def add_message(self, message: Message) -> None:
        """Append a message; it needs a role."""
        if not message.get("role"):
            raise ValueError("A message needs a role.")
        self._messages.append(dict(message))

    async def mark_unanswered(self) -> None:
        """The last question got no answer: it stays in the history and is left out of later requests."""
        for place in reversed(range(len(self._messages))):
            message = self._messages[place]
            if message["role"] in ANSWERS:
                return
            if is_question(message):
                metadata = {**(message.get("metadata") or {}), UNANSWERED: True}
                self._messages[place] = {**message, "metadata": metadata}
                return

    async def get_messages(self) -> list[Message]:
        """The whole history, without the instruction."""
        return [dict(message) for message in self._messages]

    async def set_messages(self, messages: Sequence[Message]) -> None:
        """Replace the history, to go on with a stored conversation."""
        self._messages = [dict(message) for message in messages]

    async def clear(self) -> None:
        """Forget the history; the instruction stays."""
        self._messages = []

    async def get_messages_for_request(
        self, token_budget: int | None = None, provider: Any | None = None
    ) -> list[Message]:
        """The instruction and as many of the last turns as fit.

        Args:
            token_budget: tokens for the prompt; without it, what the provider's model leaves.
            provider: asked for its model's window by `get_model_info()`, else `get_info()`.
        """
        given = turn_options(self._coordinator)
        budget = token_budget if token_budget is not None else await _budget(provider, given)
        turns = _turns([message for message in self._messages if _sent_if_it_fits(message)])
        fixed = self._fixed_messages()
        room = None if budget is None else budget * self._per_token - self._fixed_characters(fixed)
        kept = turns if room is None else self._fitting.last_of(turns, room)
        messages = [*fixed, *(message for turn in kept for message in turn)]
        self._sent = self._fixed_characters(messages)
        self._grew = bool(self._last) and messages[: len(self._last)] == self._last
        self._last = messages
        if len(kept) < len(turns):
            await self._tell(turns, kept, budget)
        return [dict(message) for message in messages]

    def estimated_tokens(self) -> int:
        """Tokens of the whole conversation with its instruction and tools, by what engines have counted."""
        messages = [*self._fixed_messages(), *(one for one in self._messages if one["role"] != "system")]
        return round(self._fixed_characters(messages) / self._per_token)

    async def learn(self, event: str, payload: Mapping[str, Any]) -> HookResult:
        """Hook: correct the estimate by what the engine counted, or by its word that it was too much."""
        error = payload.get("error")
        if isinstance(error, Mapping) and error.get("code") == "context_exceeded":
            self._per_token = max(LEAST_PER_TOKEN, self._per_token * AFTER_TOO_MUCH)
            self._fitting.start_over()
        usage = payload.get("usage")
        if isinstance(usage, Mapping) and (counted := usage.get("input_tokens", 0)):
            self._correct(self._sent / counted, whole=not self._grew or bool(usage.get("cache_read_tokens")))
        return HookResult()

    def _correct(self, per_token: float, *, whole: bool) -> None:
        # An engine may count only what its cache did not hold. Then more tokens than counted were sent,
        # and a token has at most so many characters: such a count can only make the estimate smaller.
        if LEAST_PER_TOKEN <= per_token <= MOST_PER_TOKEN and (whole or per_token < self._per_token):
            self._per_token = per_token

    def _fixed_messages(self) -> list[Message]:
        instruction = [{"role": "system", "content": self._instruction}] if self._instruction else []
        return [*instruction, *(message for message in self._messages if message["role"] == "system")]

    def _fixed_characters(self, messages: Sequence[Message]) -> int:
        tools = (self._coordinator.get("tools") or {}) if self._coordinator is not None else {}
        described = render_tools([_Described(tool) for tool in tools.values()]) if tools else ""
        return sum(map(characters, messages)) + len(described)

    async def _tell(self, turns: list[list[Message]], kept: list[list[Message]], budget: int | None) -> None:
        before = sum(map(len, turns))
        after = sum(map(len, kept))
        logger.info("%d of %d messages do not fit into the model's window", before - after, before)
        if self._coordinator is not None:
            await self._coordinator.hooks.emit(
                CONTEXT_COMPACTION,
                {
                    "before_messages": before,
                    "after_messages": after,
                    "left_out_turns": len(turns) - len(kept),
                    "token_budget": budget,
                    "strategy": "oldest_turns",
                },
            )


class _Described:
    """A mounted tool as a dialect reads it."""

    def __init__(self, tool: Any) -> None:
        self.name: str = tool.name
        self.description: str | None = tool.description
        self.parameters: dict[str, Any] = getattr(tool, "input_schema", {}) or {}


async def _budget(provider: Any | None, given: TurnOptions) -> int | None:
    """What a prompt may have: the model's window, or the smaller one that a person wants, less the answer."""
    if provider is None:
        return None
    if hasattr(provider, "refresh"):
        await provider.refresh()
    if hasattr(provider, "get_model_info"):
        info = provider.get_model_info()
        window, answer = info.context_window, info.max_output_tokens
    else:
        defaults = provider.get_info().defaults or {}
        window, answer = defaults.get("context_window"), defaults.get("max_output_tokens")
    if given.context_tokens is not None:
        window = min(window or given.context_tokens, given.context_tokens)
    if not window:
        return None
    answer = given.request_fields(answer).get("max_output_tokens", answer)
    # An answer may be as long as the window; then a quarter of it is for the prompt all the same.
    return int(max(window - (answer or 0) - MARGIN, window // 4))


def _turns(messages: Sequence[Message]) -> list[list[Message]]:
    """The history, cut before every question."""
    turns: list[list[Message]] = []
    for message in messages:
        if is_question(message) or not turns:
            turns.append([])
        turns[-1].append(message)
    return turns


def is_question(message: Message) -> bool:
    """Whether a user said it; what a hook says in the user's place belongs to the turn that runs."""
    return message["role"] == "user" and (message.get("metadata") or {}).get("source") != "hook"


def _sent_if_it_fits(message: Message) -> bool:
    """The system's messages are sent in any case, a question without an answer in none."""
    return message["role"] != "system" and not (message.get("metadata") or {}).get(UNANSWERED)


async def mount(coordinator: Any, config: Mapping[str, Any] | None = None) -> Callable[[], Awaitable[None]]:
    """Mount the context; `config` may hold `instruction`, the system text."""
    context = WindowContext(str((config or {}).get("instruction", "")), coordinator)
    await coordinator.mount("context", context)
    forget = coordinator.hooks.register(LLM_RESPONSE, context.learn, name="context-webllm")

    async def cleanup() -> None:
        forget()

    return cleanup
