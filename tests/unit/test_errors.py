"""Every error code has one meaning for Amplifier, and the way there and back loses nothing."""

from __future__ import annotations

from typing import get_args

import pytest
from amplifier_core.llm_errors import LLMError

from webllm_provider import EngineError, errors
from webllm_provider._wire import ErrorCode, WireError
from webllm_provider.errors import MEANINGS, to_llm_error, to_wire_error

CODES: tuple[ErrorCode, ...] = get_args(ErrorCode)


def test_the_table_knows_every_code_of_the_wire_and_no_other() -> None:
    assert set(MEANINGS) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_an_error_goes_to_python_and_back_unchanged(code: ErrorCode) -> None:
    wire: WireError = {"code": code, "message": "It failed.", "hint": "Do this.", "details": {"n": 1}}
    error = to_llm_error(wire, model="m", partial="I am")
    assert isinstance(error, MEANINGS[code].error)
    assert isinstance(error, LLMError)
    assert str(error) == "It failed. Do this."
    assert (error.provider, error.model, error.partial) == ("webllm", "m", "I am")
    assert to_wire_error(error) == wire


def test_a_code_of_a_newer_engine_is_internal_and_keeps_its_sentence() -> None:
    error = to_llm_error({"code": "melted", "message": "It melted."})  # type: ignore[typeddict-item]
    assert (error.code, str(error)) == ("internal", "It melted.")


def test_any_exception_can_be_said_to_a_page() -> None:
    assert to_wire_error(ValueError("bad"))["message"] == "bad"
    assert to_wire_error(ValueError())["message"] == "ValueError"


@pytest.mark.parametrize("code", ["device_lost", "worker_died", "timeout", "aborted", "engine_failed"])
def test_what_needs_a_new_engine_is_not_tried_again_by_itself(code: ErrorCode) -> None:
    assert not MEANINGS[code].retryable


def test_the_tree_in_the_docstring_names_every_class() -> None:
    classes = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, EngineError) and kind is not EngineError
    ]
    assert len(classes) >= 14
    for kind in classes:
        assert errors.__doc__ is not None
        assert kind.__name__ in errors.__doc__
        assert any(base.__name__ in errors.__doc__ for base in kind.__bases__ if base is not EngineError)
