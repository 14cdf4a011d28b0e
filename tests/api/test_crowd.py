"""Many clients at once, and tables that leave nothing out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import get_args

import httpx

from tests.api.conftest import Server, listed, scripted, until
from webllm_provider._wire import CompletionBody, ErrorCode
from webllm_provider.api.problem_tables import MEANINGS, TITLES
from webllm_provider.offering import offer_engine
from webllm_provider.testing import Script, answer

CLIENTS = 500


def test_every_error_of_an_engine_has_a_meaning() -> None:
    assert set(MEANINGS) == set(get_args(ErrorCode))
    assert {meaning.status for meaning in MEANINGS.values()} <= set(TITLES)


async def test_everybody_of_a_crowd_gets_their_own_answer(start_server: Callable[..., Server]) -> None:
    wide = start_server(WEBLLM_QUEUE_LIMIT="1000", WEBLLM_CLIENT_LIMIT="1000", LOG_LEVEL="WARNING")

    def respond(body: CompletionBody) -> Script:
        return answer("re: ", str(body["messages"][-1]["content"]))

    async with (
        offer_engine(wide.sockets, scripted(respond=respond)),
        offer_engine(wide.sockets, scripted(respond=respond)),
    ):
        await until(lambda: listed(wide, 2))

        async def ask(number: int) -> str:
            body = {"messages": [{"role": "user", "content": str(number)}]}
            # A client of its own, as they have it who come at the same time; no TLS is spoken.
            async with httpx.AsyncClient(base_url=wide.url, timeout=120, verify=False) as client:
                told = await client.post("/v1/chat/completions", json=body)
            return str(told.json()["choices"][0]["message"]["content"])

        said = await asyncio.gather(*(ask(number) for number in range(CLIENTS)))
    assert said == [f"re: {number}" for number in range(CLIENTS)]
