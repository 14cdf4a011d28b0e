"""A provider that an application makes by itself, to read of it, without a session or an engine."""

from __future__ import annotations

import inspect
import logging
from typing import Any

import pytest
from amplifier_core.message_models import ChatRequest, Message

from webllm_provider import BridgeMissing, RequestRefused, WebLLMProvider

HI = ChatRequest(messages=[Message(role="user", content="Hi")])


def made_as_the_cli_does(config: dict[str, Any]) -> WebLLMProvider:
    """Amplifier's CLI binds what it has, by name, and gives up with a warning where that does not fit."""
    given: dict[str, Any] = {
        "config": config,
        "api_key": "",
        "base_url": "http://placeholder",
        "host": "http://localhost:11434",
    }
    signature = inspect.signature(WebLLMProvider)
    known = {name: value for name, value in given.items() if name in signature.parameters}
    signature.bind(**known)
    return WebLLMProvider(**known)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"transport": "websocket", "engine_url": "ws://localhost:1"},
        {"mode": "hybrid", "base_url": "http://localhost:1/v1"},
        {"mode": "server_side", "base_url": "http://localhost:1/v1"},
    ],
    ids=["browser", "tab", "hybrid", "server"],
)
async def test_it_says_who_it_is_without_a_word_to_the_log(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        provider = made_as_the_cli_does(config)
        assert provider.get_info().id == "webllm"
        await provider.close()
    assert caplog.records == []


async def test_outside_of_a_browser_it_has_no_models_and_answers_with_what_to_do(
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider = made_as_the_cli_does({})
    with caplog.at_level(logging.WARNING):
        assert await provider.list_models() == []
        with pytest.raises(BridgeMissing, match="does not run in a browser"):
            await provider.complete(HI)
    assert caplog.records == []


async def test_a_config_that_is_wrong_is_refused_where_it_is_read() -> None:
    with pytest.raises(RequestRefused, match="base_url"):
        made_as_the_cli_does({"mode": "server_side"})
