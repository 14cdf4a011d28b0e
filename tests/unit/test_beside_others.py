"""Several providers in one session: each under its name, each able to go on where another stopped."""

from __future__ import annotations

from typing import Any

import pytest
from amplifier_core import AmplifierSession
from amplifier_core.message_models import (
    ChatRequest,
    ChatResponse,
    RedactedThinkingBlock,
    TextBlock,
    ThinkingBlock,
    ToolCall,
    ToolCallBlock,
    Usage,
)
from amplifier_core.models import ModelInfo, ProviderInfo

from webllm_provider._mount import TRANSPORT_CAPABILITY
from webllm_provider.session.create import mount_plan
from webllm_provider.testing import ScriptedTransport, answer

LIST = '<tool_call>{"name": "notes", "arguments": {"action": "list"}}</tool_call>'


class Foreign:
    """A provider in the style of a hosted one: thinking with signatures, ids of its own, no hooks."""

    name = "hosted"
    priority = 1

    def __init__(self, *answers: list[Any]) -> None:
        self.answers = list(answers)
        self.requests: list[ChatRequest] = []

    def get_info(self) -> ProviderInfo:
        return ProviderInfo(id="hosted", display_name="Hosted", defaults={"context_window": 100_000})

    async def list_models(self) -> list[ModelInfo]:
        return []

    def parse_tool_calls(self, response: ChatResponse) -> list[ToolCall]:
        return response.tool_calls or []

    async def complete(self, request: ChatRequest, **kwargs: Any) -> ChatResponse:
        self.requests.append(request)
        blocks = self.answers.pop(0)
        calls = [
            ToolCall(id=block.id, name=block.name, arguments=block.input)
            for block in blocks
            if isinstance(block, ToolCallBlock)
        ]
        usage = Usage(input_tokens=1, output_tokens=1, total_tokens=2)
        return ChatResponse(content=blocks, tool_calls=calls or None, usage=usage)


def blocks_of(request: ChatRequest, kind: str) -> list[Any]:
    return [
        block
        for message in request.messages
        if not isinstance(message.content, str)
        for block in message.content
        if block.type == kind
    ]


async def test_another_provider_takes_over_in_the_middle_and_gives_back(open_session: Any) -> None:
    session, transport = await open_session(
        answer("<think>Let me see.</think>", LIST), answer("No notes."), answer("As I said: none.")
    )
    foreign = Foreign(
        [
            ThinkingBlock(thinking="Deep.", signature="signed"),
            RedactedThinkingBlock(data="secret"),
            TextBlock(text="I look again."),
            ToolCallBlock(id="toolu_1", name="notes", input={"action": "list"}),
        ],
        [TextBlock(text="Still none.")],
        [TextBlock(text="Bye.")],
    )
    assert await session.execute("What are my notes?") == "No notes."
    await session.coordinator.mount("providers", foreign, name="hosted")
    assert await session.execute("Look again.") == "Still none."
    # It has read the whole conversation, with our thinking and our call as blocks.
    assert blocks_of(foreign.requests[0], "thinking")[0].thinking == "Let me see."
    assert blocks_of(foreign.requests[0], "tool_call")[0].name == "notes"
    assert [message.role for message in foreign.requests[1].messages[-2:]] == ["assistant", "tool"]

    await session.coordinator.unmount("providers", name="hosted")
    assert await session.execute("And now?") == "As I said: none."
    messages = transport.bodies[-1]["messages"]
    assert messages[2]["content"] == f"<think>Let me see.</think>{LIST}"
    assert messages[6]["content"].startswith("I look again.\n<tool_call>")
    assert "Deep." not in str(messages)
    assert "secret" not in str(messages)

    # What the other one thought, it finds again as it had signed it.
    await session.coordinator.mount("providers", foreign, name="hosted")
    assert await session.execute("Goodbye.") == "Bye."
    thinking = blocks_of(foreign.requests[-1], "thinking")
    assert [block.signature for block in thinking if block.thinking == "Deep."] == ["signed"]
    assert blocks_of(foreign.requests[-1], "redacted_thinking")[0].data == "secret"


@pytest.mark.parametrize("first", [{}, {"instance_id": "small"}], ids=["one unnamed", "both named"])
async def test_two_instances_are_mounted_under_their_own_names(first: dict[str, str]) -> None:
    plan = mount_plan(tools=())
    plan["providers"] = [
        {"module": "provider-webllm", "config": {"temperature": 0.1}, **first},
        {"module": "provider-webllm", "config": {"temperature": 0.9, "priority": 7}, "instance_id": "large"},
    ]
    transport = ScriptedTransport([answer("Hello.")])
    session = AmplifierSession(plan)
    session.coordinator.register_capability(TRANSPORT_CAPABILITY, transport)
    await session.initialize()
    try:
        providers = session.coordinator.get("providers")
        assert set(providers) == {first.get("instance_id", "webllm"), "large"}
        assert await session.execute("Hi") == "Hello."
        assert transport.bodies[0]["temperature"] == 0.9, "the one with the lower priority number answers"
    finally:
        await session.cleanup()
