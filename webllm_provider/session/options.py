"""What one turn is asked with, beside its text. None of it makes another session necessary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._wire import AnswerFormat, Attachment

TURN_CAPABILITY = "webllm.turn"
"""Register `TurnOptions` under this name before `execute`: they hold until others are registered."""


@dataclass(frozen=True)
class TurnOptions:
    """The options of a turn.

    Attributes:
        resumes: the turn is taken up again: its question is in the history, with what tools have said since.
        images: they belong to the question.
        sampling: as a request has it; what is absent is the model's own default.
        reasoning_effort: whether the model thinks first; None leaves it to the model.
        answer_format: the shape that the answer must have.
        context_tokens: use no more of the model's window than this.
    """

    resumes: bool = False
    images: Sequence[Attachment] = ()
    sampling: Mapping[str, Any] = field(default_factory=dict)
    reasoning_effort: str | None = None
    answer_format: AnswerFormat | None = None
    context_tokens: int | None = None

    def question(self, text: str) -> dict[str, Any]:
        """The message of the question; text alone stays text, which caches and stores know already."""
        if not self.images:
            return {"role": "user", "content": text}
        shown = [{"type": "image", "source": {"type": "base64", **dict(image)}} for image in self.images]
        return {"role": "user", "content": [{"type": "text", "text": text}, *shown]}

    def request_fields(self, longest: int | None = None) -> dict[str, Any]:
        """The fields of a `ChatRequest`, those that it does not name included.

        Args:
            longest: the tokens that an answer may have by default, where that is known.
        """
        fields = {name: value for name, value in self.sampling.items() if value is not None}
        if "max_tokens" in fields:
            fields["max_output_tokens"] = fields.pop("max_tokens")
        elif self.context_tokens is not None:
            # A window that a person made smaller holds the answer as well.
            half = max(1, self.context_tokens // 2)
            fields["max_output_tokens"] = half if longest is None else min(longest, half)
        if self.reasoning_effort is not None:
            fields["reasoning_effort"] = self.reasoning_effort
        if self.answer_format is not None and self.answer_format["type"] != "text":
            fields["response_format"] = _format(self.answer_format)
        return fields


def turn_options(coordinator: Any) -> TurnOptions:
    """The options of the running turn; the defaults where nobody gave any."""
    given = None if coordinator is None else coordinator.get_capability(TURN_CAPABILITY)
    return given if isinstance(given, TurnOptions) else TurnOptions()


def _format(wanted: AnswerFormat) -> dict[str, Any]:
    if wanted["type"] == "json_schema" and "schema" in wanted:
        return {"type": "json_schema", "json_schema": wanted["schema"]}
    return {"type": "json"}
