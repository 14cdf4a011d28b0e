"""What a listener may be told while an answer is written: its blocks begin, grow and end (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BlockType = Literal["text", "thinking", "tool_use"]


@dataclass(frozen=True)
class BlockStart:
    index: int
    type: BlockType
    name: str | None = None


@dataclass(frozen=True)
class BlockDelta:
    index: int
    type: BlockType
    sequence: int
    text: str


@dataclass(frozen=True)
class BlockEnd:
    index: int
    type: BlockType


Step = BlockStart | BlockDelta | BlockEnd
