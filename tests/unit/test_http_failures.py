"""What a server's refusal means, in the shapes in which servers say it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webllm_provider._http.failures import redacted, refusal
from webllm_provider.errors import MEANINGS


def openai(message: str, **more: object) -> str:
    return json.dumps({"error": {"message": message, **more}})


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, openai("Incorrect API key provided"), "authentication_failed"),
        (403, "", "access_denied"),
        (404, openai("The model `x` does not exist", code="model_not_found"), "model_not_found"),
        (
            404,
            '{"object": "error", "message": "The model `x` does not exist.", "code": 404}',
            "model_not_found",
        ),
        (404, '{"detail": "Not Found"}', "unsupported"),
        (307, "", "unsupported"),
        (429, openai("Slow down"), "rate_limited"),
        (429, openai("You exceeded your quota", type="insufficient_quota"), "access_denied"),
        (400, openai("maximum context length is 2048 tokens"), "context_exceeded"),
        (400, openai("This is too much", code="context_length_exceeded"), "context_exceeded"),
        (400, openai('"auto" tool choice requires --enable-auto-tool-choice'), "unsupported"),
        (400, openai("Invalid", code="content_filter"), "content_filtered"),
        (400, openai("temperature must be positive"), "invalid_request"),
        (422, '{"detail": [{"msg": "field required"}]}', "invalid_request"),
        (408, "", "server_unavailable"),
        (500, "<html><body>Bad</body></html>", "server_unavailable"),
        (503, openai("Loading model"), "server_unavailable"),
    ],
)
def test_a_refusal_has_its_code(status: int, body: str, code: str) -> None:
    error = refusal(status, {}, body)
    assert error["code"] == code
    assert error["details"]["status"] == status
    assert "<html>" not in error["message"]


def test_a_pause_is_told_in_seconds_whether_the_header_is_a_number_or_a_date() -> None:
    assert refusal(429, {"retry-after": "20"}, "")["details"]["retry_after"] == 20
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=100))
    assert 0 < refusal(503, {"retry-after": later}, "")["details"]["retry_after"] <= 100
    assert "retry_after" not in refusal(429, {"retry-after": "soon"}, "")["details"]


def test_a_key_that_the_server_quotes_is_cut_out() -> None:
    error = redacted(refusal(401, {}, openai("Incorrect API key: sk-1234567")), ("sk-1234567",))
    assert "sk-1234567" not in json.dumps(error)


@given(st.integers(300, 599), st.text(max_size=40), st.text(max_size=60))
def test_any_answer_of_any_server_becomes_an_error_of_the_table(status: int, header: str, body: str) -> None:
    assert refusal(status, {"retry-after": header}, body)["code"] in MEANINGS
