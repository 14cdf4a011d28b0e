"""Which models think before they answer (pure)."""

from __future__ import annotations

import re
from typing import Literal

Habit = Literal["never", "always", "switch"]

# First match in the model's id wins.
HABITS: tuple[tuple[re.Pattern[str], Habit], ...] = (
    (re.compile(r"qwen-?3.*(instruct|coder)", re.IGNORECASE), "never"),
    (re.compile(r"qwen-?3.*thinking|deepseek-?r1|qwq|-reasoning|magistral", re.IGNORECASE), "always"),
    # Their chat templates have a switch, `enable_thinking`.
    (re.compile(r"qwen-?3|smollm-?3", re.IGNORECASE), "switch"),
)


def habit_of(model_id: str | None) -> Habit:
    """Whether a model thinks, as its id tells."""
    for family, habit in HABITS:
        if model_id is not None and family.search(model_id):
            return habit
    return "never"
