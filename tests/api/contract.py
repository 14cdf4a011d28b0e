"""What every host of the API does, told without saying which: `test_contract.py` runs it against a server,
`tests/e2e/test_api_in_browser.py` in a page of the built site."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

LONG = "Tell me everything about this application."
"""A question whose answer is long enough to be left."""
_PARTS = [f"part_{number}" for number in range(150)]
LASTING: dict[str, Any] = {
    "max_tokens": 1500,
    "response_format": {
        "type": "json_schema",
        "json_schema": {
            "name": "parts",
            "schema": {
                "type": "object",
                "properties": {part: {"type": "integer"} for part in _PARTS},
                "required": _PARTS,
            },
        },
    },
}
"""Fields by which an answer takes seconds: time for something to happen in its midst, on any machine."""
BEGUN = "This is a chat application"
"""A text that goes on."""
COLOUR = {
    "type": "object",
    "properties": {"colour": {"enum": ["red", "green"]}},
    "required": ["colour"],
    "additionalProperties": False,
}
ADD = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Add two numbers.",
        "parameters": {
            "type": "object",
            "properties": {"a": {"enum": [1, 2]}, "b": {"enum": [1, 2]}},
            "required": ["a", "b"],
            "additionalProperties": False,
        },
    },
}


@dataclass(frozen=True)
class Said:
    """One answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


class Caller(Protocol):
    """A client of one host. Paths count from where the API is mounted, and begin with a slash."""

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content: bytes | None = None,
        kind: str = "application/json",
    ) -> Said:
        """Send a request; `body` goes as JSON, `content` as it is."""

    def leave(self, path: str, body: Any) -> str:
        """Begin to read a stream, and go; gives what was read."""


def asked(prompt: str = "Hello", **more: Any) -> dict[str, Any]:
    return {"model": "default", "messages": [{"role": "user", "content": prompt}], "temperature": 0, **more}


def events_of(text: str) -> list[str]:
    """The data of server-sent events."""
    return [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]


class ApiContract:
    """Tests for every host; a class of a host's own gives the fixture `api`."""

    def test_a_host_with_a_model_is_healthy(self, api: Caller) -> None:
        told = api.call("GET", "/webllm/api/health").body
        assert (told["status"], told["service"], told["models_loaded"]) == ("healthy", "webllm", 1)
        assert api.call("GET", "/webllm/api/status").body["status"] == "ready"

    def test_the_document_names_every_endpoint_and_where_they_lie(self, api: Caller) -> None:
        told = api.call("GET", "/openapi.json").body
        assert {"/v1/chat/completions", "/webllm/api/infer", "/webllm/api/infer/batch"} <= set(told["paths"])

    def test_models_are_listed_and_one_is_told_of(self, api: Caller) -> None:
        (card,) = api.call("GET", "/v1/models").body["data"]
        assert api.call("GET", f"/v1/models/{card['id']}").body == card
        listed = api.call("GET", "/webllm/api/models").body
        assert (listed["count"], listed["default_model"]) == (len(listed["models"]), card["id"])
        one = api.call("GET", f"/webllm/api/models/info?model_id={card['id']}").body
        assert one["model_id"] == card["id"]
        assert api.call("GET", f"/webllm/api/models/{card['id']}/info").body == one

    def test_a_question_is_answered(self, api: Caller) -> None:
        said = api.call("POST", "/v1/chat/completions", asked(max_tokens=60))
        assert said.status == 200
        (choice,) = said.body["choices"]
        assert choice["message"]["content"].startswith("Hello")
        assert choice["finish_reason"] == "stop"
        usage = said.body["usage"]
        assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 1

    def test_a_streamed_answer_is_the_whole_one_in_pieces(self, api: Caller) -> None:
        whole = api.call("POST", "/v1/chat/completions", asked()).body["choices"][0]["message"]["content"]
        said = api.call(
            "POST", "/v1/chat/completions", asked(stream=True, stream_options={"include_usage": True})
        )
        assert said.headers["content-type"].startswith("text/event-stream")
        *data, last = events_of(said.text)
        chunks = [json.loads(one) for one in data]
        assert last == "[DONE]"
        pieces = [choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"]]
        assert "".join(pieces) == whole
        assert len([piece for piece in pieces if piece]) > 1
        assert chunks[-1]["usage"]["completion_tokens"] > 1

    def test_a_client_that_leaves_ends_its_answer_and_no_other(self, api: Caller) -> None:
        api.call("POST", "/webllm/api/clear")
        assert "data: " in api.leave("/v1/chat/completions", asked(LONG, stream=True, **LASTING))
        deadline = time.monotonic() + 60
        while not (entries := api.call("GET", "/webllm/api/history").body["history"]):
            assert time.monotonic() < deadline
        assert (entries[0]["success"], entries[0]["code"]) == (False, "CLIENT_GONE")
        assert api.call("POST", "/v1/chat/completions", asked()).status == 200

    def test_a_tool_is_called(self, api: Caller) -> None:
        said = api.call(
            "POST", "/v1/chat/completions", asked("Add 1 and 2.", tools=[ADD], tool_choice="required")
        )
        assert said.status == 200, said.text
        (choice,) = said.body["choices"]
        (call,) = choice["message"]["tool_calls"][:1]
        assert choice["finish_reason"] == "tool_calls"
        assert call["function"]["name"] == "add"
        assert set(json.loads(call["function"]["arguments"])) == {"a", "b"}

    def test_an_answer_fits_its_schema(self, api: Caller) -> None:
        form = {"type": "json_schema", "json_schema": {"name": "colour", "schema": COLOUR}}
        said = api.call("POST", "/v1/chat/completions", asked("Name a colour.", response_format=form))
        assert said.status == 200, said.text
        told = json.loads(said.body["choices"][0]["message"]["content"])
        assert told["colour"] in ("red", "green")

    def test_a_text_goes_on(self, api: Caller) -> None:
        body = {"model": "default", "prompt": BEGUN, "max_tokens": 8, "temperature": 0}
        said = api.call("POST", "/v1/completions", body)
        assert said.status == 200, said.text
        (choice,) = said.body["choices"]
        assert choice["text"]
        assert said.body["usage"]["completion_tokens"] > 0
        *data, last = events_of(api.call("POST", "/v1/completions", {**body, "stream": True}).text)
        pieces = [json.loads(one)["choices"][0]["text"] for one in data]
        assert ("".join(pieces), last) == (choice["text"], "[DONE]")

    def test_a_chat_model_says_that_it_makes_no_vectors(self, api: Caller) -> None:
        said = api.call("POST", "/v1/embeddings", {"model": "default", "input": "text"})
        assert (said.status, said.body["error"]["code"]) == (400, "validation_error")

    def test_what_was_not_heeded_is_named(self, api: Caller) -> None:
        said = api.call("POST", "/v1/chat/completions", asked(user="me", logit_bias={}))
        assert said.body["webllm"]["ignored"] == ["logit_bias", "user"]

    def test_prompts_are_answered_counted_and_forgotten(self, api: Caller) -> None:
        api.call("POST", "/webllm/api/clear")
        told = api.call("POST", "/webllm/api/infer", {"prompt": "Hello", "temperature": 0}).body
        assert told["text"].startswith("Hello")
        assert told["mode"] == "client_side"
        batch = api.call("POST", "/webllm/api/infer/batch", {"prompts": ["Hello", "Hello"]}).body
        assert (batch["total_prompts"], batch["successful"]) == (2, 2)
        history = api.call("GET", "/webllm/api/history?limit=2").body
        assert (history["count"], history["history"][0]["success"]) == (2, True)
        metrics = api.call("GET", "/webllm/api/metrics").body
        assert (metrics["metrics"]["total_inferences"], metrics["inference_history_count"]) == (3, 3)
        assert api.call("POST", "/webllm/api/clear").body["cleared"] == 3
        assert api.call("GET", "/webllm/api/metrics").body["metrics"]["total_tokens"] == 0

    def test_a_models_settings_are_kept(self, api: Caller) -> None:
        told = api.call("POST", "/webllm/api/config/models", {"model_type": "another", "max_tokens": 7}).body
        assert (told["status"], told["config"]) == ("ok", {"max_tokens": 7})

    def test_more_than_is_allowed_is_refused(self, api: Caller) -> None:
        many = api.call("POST", "/webllm/api/infer/batch", {"prompts": ["Hello"] * 101})
        assert (many.status, many.body["field"]) == (400, "prompts")
        old = api.call("GET", "/webllm/api/history?limit=101")
        assert (old.status, old.body["field"]) == (400, "limit")

    @pytest.mark.parametrize(
        ("body", "field"), [({}, "prompt"), ({"prompt": "a", "top_p": 2}, "top_p"), ([], None)]
    )
    def test_what_is_wrong_is_named(self, api: Caller, body: Any, field: str | None) -> None:
        said = api.call("POST", "/webllm/api/infer", body)
        assert (said.status, said.headers["content-type"]) == (400, "application/problem+json")
        assert (said.body["code"], said.body.get("field")) == ("VALIDATION_ERROR", field)

    @pytest.mark.parametrize(
        ("content", "kind", "status"),
        [
            pytest.param(b"\xff\xfe", "application/json", 400, id="no UTF-8"),
            pytest.param(b"{", "application/json", 400, id="no JSON"),
            pytest.param(b'{"prompt": NaN}', "application/json", 400, id="NaN"),
            pytest.param(b'{"prompt": "\\ud800"}', "application/json", 400, id="lone surrogate"),
            pytest.param(b'{"prompt": "a"}', "text/plain", 415, id="no JSON by its type"),
            pytest.param(b'{"prompt": "' + b"a" * 4_200_000 + b'"}', "application/json", 413, id="too large"),
        ],
    )
    def test_bodies_that_are_none_are_refused(
        self, api: Caller, content: bytes, kind: str, status: int
    ) -> None:
        said = api.call("POST", "/webllm/api/infer", content=content, kind=kind)
        assert (said.status, said.body["status"]) == (status, status)

    def test_other_methods_addresses_and_models_are_refused_in_the_clients_own_shape(
        self, api: Caller
    ) -> None:
        wrong = api.call("PUT", "/v1/models")
        assert (wrong.status, wrong.body["error"]["code"]) == (405, "method_not_allowed")
        assert api.call("GET", "/webllm/api/nothing").body["code"] == "NOT_FOUND"
        unknown = api.call("POST", "/v1/chat/completions", {**asked(), "model": "no-such-model"})
        assert (unknown.status, unknown.body["error"]["code"]) == (404, "model_not_found")
