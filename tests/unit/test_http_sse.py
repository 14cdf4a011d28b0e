"""Server-sent events are cut from bytes the same way, wherever the chunks end."""

from __future__ import annotations

import io
from itertools import pairwise

from httpx_sse._decoders import SSEDecoder
from hypothesis import given
from hypothesis import strategies as st

from webllm_provider._http.sse import ServerSentEvent, SseDecoder

FIELDS = st.sampled_from(["data", "event", "id", "retry", "", "dat", "data "])
VALUES = st.text(alphabet=st.sampled_from('ab {}":\u2028\u0085é🌊\x0b\x0c\t'), max_size=8)
LINES = st.one_of(
    st.just(""),
    st.just(""),
    st.builds("{}:{}".format, FIELDS, VALUES),
    st.builds("{}: {}".format, FIELDS, VALUES),
    VALUES,
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
STREAMS = st.lists(st.tuples(LINES, ENDS), max_size=30).map(
    lambda lines: "".join(line + end for line, end in lines).encode()
)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def decoded(chunks: list[bytes]) -> list[ServerSentEvent]:
    decoder = SseDecoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)] + list(decoder.end())


@given(STREAMS, st.lists(st.integers(min_value=0), max_size=12))
def test_the_events_do_not_depend_on_the_chunks(data: bytes, places: list[int]) -> None:
    assert decoded(cut(data, places)) == decoded([data])


@given(st.binary(max_size=200), st.lists(st.integers(min_value=0), max_size=12))
def test_any_bytes_are_decoded_alike_however_they_are_cut(data: bytes, places: list[int]) -> None:
    assert decoded(cut(data, places)) == decoded([data])


@given(STREAMS)
def test_the_events_are_those_of_httpx_sse(data: bytes) -> None:
    theirs, oracle = [], SSEDecoder()
    for line in io.StringIO(data.decode(), newline=None).read().split("\n")[:-1]:
        event = oracle.decode(line)
        # It also tells of blocks that only set an id or a name; the standard dispatches no such event.
        if event is not None and (event.data or "data" in data.decode()):
            theirs.append((event.event, event.data))
    ours = [(event.name, event.data) for event in decoded([data])]
    assert [pair for pair in theirs if pair[1]] == [pair for pair in ours if pair[1]]


def test_an_event_has_its_lines_joined_and_one_blank_taken_off() -> None:
    data = b"\xef\xbb\xbf: comment\nevent: more\ndata: one\ndata:  two\n\ndata\n\ndata: cut off"
    assert decoded([data]) == [ServerSentEvent("more", "one\n two"), ServerSentEvent("message", "")]


def test_an_event_is_told_as_soon_as_its_blank_line_has_come() -> None:
    assert list(SseDecoder().feed(b"data: 1\n\n")) == [ServerSentEvent("message", "1")]
