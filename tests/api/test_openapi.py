"""The OpenAPI document against the running server: no surprise, whatever is sent."""

from __future__ import annotations

import asyncio
import copy
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.api.conftest import Server, ready, scripted, until
from tests.api.test_webllm_api import record
from webllm_provider._wire import CompletionBody
from webllm_provider.offering import offer_engine
from webllm_provider.testing import Script, ScriptedTransport, answer

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    unsupported_method,
)
EXAMPLES = 15

# The thread of the engine draws a random number for each ping: Hypothesis takes it for a strategy's.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")


def respond(body: CompletionBody) -> Script:
    """An answer that a model under a grammar could give: JSON only where that is possible at all."""
    return answer("{}") if "response_format" in body else answer("Hello", " there.")


def engine() -> ScriptedTransport:
    vectors = {"type": "embeddings", "model": "scripted-1", "vectors": [[1.0]], "prompt_tokens": 1}
    return scripted(
        respond=respond,
        records=[record("scripted-1")],
        replies={"embed": vectors},
        openings={"complete_text": answer(" and so on.")},
    )


@pytest.fixture(scope="module")
def engaged(server: Server) -> Iterator[Server]:
    """The server with an engine, which works in a thread: schemathesis waits in this one."""
    over = threading.Event()
    up = threading.Event()

    async def work() -> None:
        async with offer_engine(server.sockets, engine()):

            async def one() -> bool:
                return await ready(server) == 1

            await until(one)
            up.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    assert up.wait(30)
    yield server
    over.set()
    thread.join()


@pytest.fixture(scope="module")
def document(engaged: Server) -> dict[str, Any]:
    told: dict[str, Any] = httpx.get(f"{engaged.url}/openapi.json").json()
    return told


OPERATIONS = (
    "listModels",
    "getModel",
    "createChatCompletion",
    "createCompletion",
    "createEmbedding",
    "getHealth",
    "listCatalogue",
    "getModelByQuery",
    "getModelByPath",
    "infer",
    "inferBatch",
    "configureModel",
    "getMetrics",
    "getHistory",
    "getStatus",
    "clear",
    "createSession",
    "getSession",
    "deleteSession",
)


def test_every_operation_is_tried(document: dict[str, Any]) -> None:
    listed = {one["operationId"] for path in document["paths"].values() for one in path.values()}
    assert listed == set(OPERATIONS)


def attempt(
    document: dict[str, Any], operation: str, mode: schemathesis.GenerationMode, server: Server
) -> None:
    """Send what a document allows, or forbids, and hold the answers against it."""
    schema = schemathesis.openapi.from_dict(document)
    token = {"Authorization": f"Bearer {server.session_token}"}
    cases = schema.find_operation_by_id(operation).as_strategy(generation_mode=mode)

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def send(case: schemathesis.Case[Any]) -> None:
        if isinstance(case.body, dict):
            # A schema that nothing can fit makes every answer wrong, as it should: not the question here.
            case.body.pop("response_format", None)
        case.call_and_validate(base_url=server.url, headers=token, checks=list(CHECKS))

    with suppress(Unsatisfiable):
        # Some operations take nothing that could be wrong.
        send()


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize("operation", OPERATIONS)
def test_nothing_undocumented_is_answered(
    engaged: Server, document: dict[str, Any], operation: str, mode: schemathesis.GenerationMode
) -> None:
    attempt(document, operation, mode, engaged)


def test_an_undocumented_answer_would_be_noticed(engaged: Server, document: dict[str, Any]) -> None:
    poorer = copy.deepcopy(document)
    del poorer["paths"]["/webllm/api/infer"]["post"]["responses"]["400"]
    with pytest.raises(BaseException, match="Undocumented"):
        attempt(poorer, "infer", schemathesis.GenerationMode.NEGATIVE, engaged)
