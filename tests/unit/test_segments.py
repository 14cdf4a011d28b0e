"""A model's raw text is cut into thinking, text and calls, whatever the chunks."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from webllm_provider._segments import Segmenter

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
    ]
)


def pieces(chunks: list[str]) -> list[tuple[str, str]]:
    """Kind and text of every stretch."""
    segmenter = Segmenter()
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


@given(st.lists(PARTS), st.data())
def test_chunk_boundaries_never_change_the_result(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    places = data.draw(st.sets(st.integers(0, len(text)))) if text else set()
    cuts = sorted({0, len(text), *places})
    chunks = [text[left:right] for left, right in itertools.pairwise(cuts)]
    assert pieces(chunks) == pieces([text]) == pieces(list(text))


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
