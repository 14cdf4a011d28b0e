"""What has been asked and answered: figures, never texts."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from amplifier_core.message_models import ChatResponse

from .openai_request import answered_by, model_of
from .problems import problem_of

KEPT = 1000


@dataclass
class Totals:
    """Sums over all inferences since the last `clear`."""

    total_inferences: int = 0
    total_tokens: int = 0
    total_time_ms: float = 0.0
    client_side_count: int = 0
    server_side_count: int = 0

    @property
    def average_inference_time(self) -> float:
        """Milliseconds."""
        return self.total_time_ms / self.total_inferences if self.total_inferences else 0.0


@dataclass
class History:
    """The last inferences, newest last, and the sums over all."""

    entries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    totals: Totals = field(default_factory=Totals)

    async def refresh(self) -> None:
        """Take over what others have done; there are none where the history is one process's own."""

    def clear(self) -> None:
        """Forget everything."""
        self.entries.clear()
        self.totals = Totals()

    def add(self, entry: dict[str, Any]) -> None:
        """Take one inference."""
        self.entries.append(entry)
        totals = self.totals
        totals.total_inferences += 1
        totals.total_tokens += entry["tokens_generated"]
        totals.total_time_ms += entry["inference_time_ms"]
        if entry["mode"] == "server_side":
            totals.server_side_count += 1
        else:
            totals.client_side_count += 1


@dataclass
class Inference:
    """One inference, until it has ended."""

    history: History
    model: str | None
    mode: str
    began: float
    timestamp: float
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def elapsed_ms(self) -> float:
        return round((time.monotonic() - self.began) * 1000, 3)

    def succeeded(self, response: ChatResponse) -> None:
        tokens = response.usage.output_tokens if response.usage else 0
        mode = answered_by(response, self.mode)
        self._add(mode=mode, model_id=model_of(response), tokens=tokens, success=True, code=None)

    def ended(self, model: str, tokens: int) -> None:
        """It was no chat: a text went on, or vectors were made."""
        self._add(mode=self.mode, model_id=model, tokens=tokens, success=True, code=None)

    def failed(self, error: BaseException) -> None:
        if isinstance(error, asyncio.CancelledError | GeneratorExit):
            code = "CLIENT_GONE"
        else:
            problem = problem_of(error) if isinstance(error, Exception) else None
            code = problem.code if problem is not None else "SERVER_ERROR"
        # Hybrid that failed has failed in the browser, or behind it: it counts where it was asked first.
        mode = "client_side" if self.mode == "hybrid" else self.mode
        self._add(mode=mode, model_id=self.model, tokens=0, success=False, code=code)

    def _add(self, *, mode: str, model_id: str | None, tokens: int, success: bool, code: str | None) -> None:
        self.history.add(
            {
                "request_id": self.request_id,
                "timestamp": self.timestamp,
                "model_id": model_id,
                "mode": mode,
                "tokens_generated": tokens,
                "inference_time_ms": self.elapsed_ms,
                "success": success,
                "code": code,
            }
        )
