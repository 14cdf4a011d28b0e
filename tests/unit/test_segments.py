"""A model's raw text is cut into thinking, text and calls, whatever the chunks."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webllm_provider._dialects import DIALECTS
from webllm_provider._segments import THINKING, Segmenter

CALL = '{"name": "notes", "arguments": {"action": "list"}}'

PARTS = st.sampled_from(
    [
        "<think>",
        "</think>",
        "<tool_call>",
        "</tool_call>",
        CALL,
        '{"a": "</tool_call>"}',
        "Hello",
        " ",
        "\n",
        "<",
        "<th",
        "<tool",
        "ink>",
        "</",
        '"',
        "{",
        "}",
        "é🙂",
        '"name": "x"',
        '{"name": "notes", "parameters": {"a": "}"}}',
        '{"name": ',
        '{"name": "',
        '"parameters": ',
        "; ",
        "[",
        "]",
        ", ",
        "[TOOL_CALLS]",
        "<|tool_call|>",
        "<|/tool_call|>",
        *THINKING,
        *THINKING.values(),
    ]
)
NAMES = st.sampled_from(sorted(DIALECTS))


def pieces(chunks: list[str], dialect: str = "default") -> list[tuple[str, str]]:
    """Kind and text of every stretch."""
    segmenter = Segmenter(syntax=DIALECTS[dialect].syntax)
    found: list[tuple[str, str]] = []
    open_stretch = False
    given_out = [piece for chunk in chunks for piece in segmenter.feed(chunk)]
    for piece in [*given_out, *segmenter.finish()]:
        if open_stretch:
            kind, text = found[-1]
            assert kind == piece.kind
            found[-1] = (kind, text + piece.text)
        else:
            found.append((piece.kind, piece.text))
        open_stretch = not piece.closed
    assert not open_stretch
    return found


@given(st.lists(PARTS), NAMES, st.data())
def test_chunk_boundaries_never_change_the_result(
    parts: list[str], dialect: str, data: st.DataObject
) -> None:
    text = "".join(parts)
    places = data.draw(st.sets(st.integers(0, len(text)))) if text else set()
    cuts = sorted({0, len(text), *places})
    chunks = [text[left:right] for left, right in itertools.pairwise(cuts)]
    assert pieces(chunks, dialect) == pieces([text], dialect) == pieces(list(text), dialect)


@given(st.text())
def test_text_without_markers_comes_out_as_it_went_in(text: str) -> None:
    if "<" not in text:
        assert "".join(found for _, found in pieces([text])) == (text if text.strip() else "")


def test_thinking_text_and_calls_are_told_apart() -> None:
    text = f"<think>hm</think>\n\nSure.<tool_call>{CALL}</tool_call>\n<tool_call>{CALL}</tool_call> Done."
    assert pieces([text]) == [
        ("thinking", "hm"),
        ("text", "Sure."),
        ("call", CALL),
        ("call", CALL),
        ("text", "Done."),
    ]


def test_a_thinking_marker_behind_text_is_text() -> None:
    assert pieces(["Write <think>so</think> to think."]) == [("text", "Write <think>so</think> to think.")]


def test_a_closing_marker_inside_a_json_string_does_not_end_a_call() -> None:
    call = '{"name": "notes", "arguments": {"text": "write </tool_call> here"}}'
    assert pieces([f"<tool_call>{call}</tool_call>!"]) == [("call", call), ("text", "!")]


def test_a_malformed_call_ends_at_the_first_marker_and_the_rest_is_read() -> None:
    text = f'<tool_call>{{"name": oops</tool_call>text<tool_call>{CALL}</tool_call>'
    assert pieces([text]) == [("call", '{"name": oops'), ("text", "text"), ("call", CALL)]


def test_a_call_without_an_end_is_still_a_call() -> None:
    assert pieces(["<tool_call>", CALL]) == [("call", CALL)]


def test_an_empty_call_is_not_lost() -> None:
    assert pieces(["Hm <tool_call>"]) == [("text", "Hm "), ("call", "")]


def test_a_call_is_announced_by_its_tool_before_it_is_complete() -> None:
    segmenter = Segmenter()
    first = list(segmenter.feed('<tool_call>{"name": "notes", "argu'))
    assert [(piece.kind, piece.text, piece.name, piece.closed) for piece in first] == [
        ("call", "", "notes", False)
    ]


def test_text_is_given_out_as_soon_as_it_cannot_be_a_marker() -> None:
    segmenter = Segmenter()
    assert [piece.text for piece in segmenter.feed("a < b <too")] == ["a < b "]
    assert [piece.text for piece in segmenter.feed("k")] == ["<took"]


@pytest.mark.parametrize(("opening", "closing"), THINKING.items())
def test_the_thinking_of_every_family_is_told_from_its_answer(opening: str, closing: str) -> None:
    text = f"{opening}I wonder.{closing}\n\nHello."
    assert pieces(list(text)) == [("thinking", "I wonder."), ("text", "Hello.")]


def test_an_empty_stretch_of_thinking_is_no_block() -> None:
    assert pieces(list("<think>\n\n</think>\n\nHello.")) == [("text", "Hello.")]


def test_json_without_a_marker_is_a_call_only_where_it_names_arguments() -> None:
    call = '{"name": "notes", "parameters": {"action": "}"}}'
    assert pieces(list(f"I look. {call}; {call}"), "llama3") == [
        ("text", "I look. "),
        ("call", call),
        ("call", call),
    ]
    for text in ('{"name": "Ada", "born": 1815}', '{"name": "A', '{"name": "Ada", "par'):
        assert pieces(list(text), "llama3") == [("text", text)]


def test_an_array_of_calls_is_cut_into_its_calls() -> None:
    assert pieces(list(f"[TOOL_CALLS] [{CALL}, {CALL}]"), "mistral") == [("call", CALL), ("call", CALL)]
    assert pieces(list(f"Yes. <|tool_call|>[{CALL}]<|/tool_call|> So."), "phi4") == [
        ("text", "Yes. "),
        ("call", CALL),
        ("text", "So."),
    ]


def test_an_array_that_cannot_be_read_is_one_malformed_call() -> None:
    assert pieces(list('[TOOL_CALLS] [{"name": "x"}, oops]'), "mistral") == [
        ("call", ' [{"name": "x"}, oops]')
    ]
