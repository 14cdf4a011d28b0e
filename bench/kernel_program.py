"""Times the kernel that `amplifier_core` imports, and prints microseconds by name as one JSON object.

    python bench/kernel_program.py

Run by bench/kernel.py with the native engine, and with ours first on the path; it does not know which.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from amplifier_core import AmplifierSession, HookRegistry, HookResult

EMITS = 1500
TURNS = 150
HANDLERS = (0, 1, 10)
PLAN = {"session": {"orchestrator": "loop", "context": "ctx"}, "providers": [{"module": "provider"}]}
PAYLOAD = {
    "messages": [{"role": "user", "content": "What is this?"}, {"role": "assistant", "content": "A test."}],
    "model": "scripted-1",
    "usage": {"input_tokens": 12, "output_tokens": 3},
}


async def approve(event: str, data: dict[str, Any]) -> HookResult:
    """A handler that has nothing to say."""
    return HookResult(action="continue")


class Provider:
    """Answers from a script, and tells of it as providers do."""

    name = "scripted"

    async def complete(self, prompt: str, hooks: Any) -> str:
        await hooks.emit("llm:request", PAYLOAD)
        await hooks.emit("llm:response", PAYLOAD)
        return f"Answer to {prompt}"


class Loop:
    """The shortest turn that has every event of one."""

    async def execute(self, prompt: str, providers: dict[str, Provider], hooks: Any, **_: Any) -> str:
        await hooks.emit("prompt:submit", {"prompt": prompt})
        await hooks.emit("provider:request", {"provider": "scripted", "iteration": 1})
        answer = await providers["scripted"].complete(prompt, hooks)
        await hooks.emit("orchestrator:complete", {"turn_count": 1, "status": "success"})
        await hooks.emit("prompt:complete", {"response": answer})
        return answer


class Loader:
    """Mounts the objects above."""

    async def load(self, module_id: str, *_: Any, **__: Any) -> Callable[[Any], Awaitable[None]]:
        point = {"loop": "orchestrator", "ctx": "context", "provider": "providers"}[module_id]
        module = {"loop": Loop, "ctx": object, "provider": Provider}[module_id]()

        async def mount(coordinator: Any) -> None:
            await coordinator.mount(point, module)

        return mount

    def get_on_session_ready_queue(self) -> list[Any]:
        return []

    def clear_on_session_ready_queue(self) -> None:
        """There is no queue."""


async def emit_us(handlers: int) -> float:
    """Microseconds for one emit."""
    hooks = HookRegistry()
    hooks.set_default_fields(session_id="s", parent_id=None)
    for _ in range(handlers):
        hooks.register("llm:response", approve)

    async def emits(count: int) -> None:
        for _ in range(count):
            await hooks.emit("llm:response", PAYLOAD)

    return await _timed(emits, EMITS)


async def turn_us() -> float:
    """Microseconds for one turn of a session, with one handler on each of its six events."""
    session = AmplifierSession(PLAN)
    session.coordinator.loader = Loader()
    for event in ("prompt:submit", "provider:request", "llm:request", "llm:response"):
        session.coordinator.hooks.register(event, approve)
    for event in ("orchestrator:complete", "prompt:complete"):
        session.coordinator.hooks.register(event, approve)
    await session.initialize()

    async def turns(count: int) -> None:
        for _ in range(count):
            await session.execute("What is this?")

    taken = await _timed(turns, TURNS)
    await session.cleanup()
    return taken


async def _timed(run: Callable[[int], Awaitable[None]], count: int) -> float:
    await run(count // 10)
    began = time.perf_counter()
    await run(count)
    return (time.perf_counter() - began) / count * 1e6


async def main() -> dict[str, float]:
    measured = {f"emit {handlers}": await emit_us(handlers) for handlers in HANDLERS}
    return {**measured, "turn": await turn_us()}


if __name__ == "__main__":
    json.dump(asyncio.run(main()), sys.stdout)
    sys.stdout.flush()
    # The native engine's threads may outlive the interpreter, and crash with it.
    time.sleep(0.2)
