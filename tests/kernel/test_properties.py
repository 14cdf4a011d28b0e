"""Properties of payloads and of merged injections, for data that nobody thought of."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import pytest
from amplifier_core.models import HookResult
from hypothesis import given
from hypothesis import strategies as st

from kernel.amplifier_core_engine import RustHookRegistry, hook_answers, hook_results
from kernel.amplifier_core_engine.payload import canonical, copies, stamped

texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)
objects = st.dictionaries(texts, values)


def sorted_everywhere(value: Any) -> bool:
    """Whether every object inside has its keys in order."""
    if isinstance(value, dict):
        return list(value) == sorted(value) and all(map(sorted_everywhere, value.values()))
    return all(map(sorted_everywhere, value)) if isinstance(value, list) else True


def mutable_parts(value: Any) -> set[int]:
    """Identities of all containers inside."""
    if isinstance(value, dict):
        return {id(value)}.union(*map(mutable_parts, value.values()))
    return {id(value)}.union(*map(mutable_parts, value)) if isinstance(value, list) else set()


@given(values)
def test_canonical_data_is_equal_sorted_and_stays_so(value: Any) -> None:
    once = canonical(value)
    assert once == value
    assert sorted_everywhere(once)
    assert canonical(once) == once


@given(values)
def test_canonical_data_shares_no_container_with_its_source(value: Any) -> None:
    assert mutable_parts(canonical(value)).isdisjoint(mutable_parts(value))


@given(values)
def test_copies_are_equal_and_share_nothing(value: Any) -> None:
    once = canonical(value)
    copy = copies(once)
    one, other = copy(), copy()
    assert one == other == once
    assert json.dumps(one) == json.dumps(once)
    assert mutable_parts(one).isdisjoint(mutable_parts(other) | mutable_parts(once))


class Name(str):
    __slots__ = ()


class Level(IntEnum):
    HIGH = 3


anything = (
    scalars
    | st.floats()
    | st.integers()
    | st.text()
    | st.sampled_from(["\ud83d\ude00", Name("x"), Level.HIGH, 10**18 - 1, 10**18, -0.0])
)


@given(st.dictionaries(st.text() | st.sampled_from([1, None, True, Name("x")]), anything, max_size=4))
def test_an_object_of_scalars_is_carried_as_if_it_had_been_written_and_read(value: Any) -> None:
    def outcome(act: Callable[[], Any]) -> Any:
        try:
            made = act()
        except Exception as error:
            return type(error), str(error)
        return json.dumps(made), {key: type(member) for key, member in made.items()}

    # Inside a list no object takes the short way.
    assert outcome(lambda: canonical(value)) == outcome(lambda: canonical([value])[0])


@given(values, st.sampled_from([math.nan, math.inf, -math.inf, "\ud800", "x\udfff"]))
def test_what_json_cannot_say_is_refused_wherever_it_is(value: Any, bad: Any) -> None:
    with pytest.raises(RuntimeError, match="Invalid JSON"):
        canonical([value, {"deep": [bad]}])


@given(st.integers())
def test_integers_are_kept_where_they_fit_and_become_floats_elsewhere(number: int) -> None:
    kept = canonical(number)
    assert kept == (number if -(2**63) <= number < 2**64 else float(number))


@given(objects, objects)
def test_a_stamped_payload_prefers_data_over_defaults_and_the_clock_over_both(
    defaults: dict[str, Any], data: dict[str, Any]
) -> None:
    made = stamped(canonical(defaults), canonical(data))
    assert list(made) == sorted(made)
    stamp = made.pop("timestamp")
    assert stamp.endswith("+00:00")
    expected = {**defaults, **data}
    expected.pop("timestamp", None)
    assert made == expected


roles = st.sampled_from(["system", "user", "assistant"])
injections = st.fixed_dictionaries(
    {
        "action": st.just("inject_context"),
        "context_injection": texts,
        "context_injection_role": roles,
        "ephemeral": st.booleans(),
        "append_to_last_tool_result": st.booleans(),
        "suppress_output": st.booleans(),
    }
)


@given(st.lists(injections, min_size=1))
def test_merging_loses_no_injection_and_keeps_their_order(answers: list[dict[str, Any]]) -> None:
    listed = [
        hook_results.injecting(hook_answers.parsed(answer), f"hook {number}", "event")
        for number, answer in enumerate(answers)
    ]
    merged = hook_results.merged([fields for fields in listed if fields is not None])
    assert [item["content"] for item in merged["context_injections"]] == [
        answer["context_injection"] for answer in answers
    ]
    assert [item["hook_name"] for item in merged["context_injections"]] == [
        f"hook {number}" for number in range(len(answers))
    ]
    assert merged["context_injection"] == "\n\n".join(answer["context_injection"] for answer in answers)
    assert merged["context_injection_role"] == answers[0]["context_injection_role"]
    assert merged["ephemeral"] == any(answer["ephemeral"] for answer in answers)
    hook_results.as_model(merged)


@pytest.mark.parametrize("flag", ["ephemeral", "suppress_output", "append_to_last_tool_result"])
def test_a_result_in_which_a_number_stands_for_a_flag_is_a_denial(flag: str) -> None:
    answer = HookResult()
    object.__setattr__(answer, flag, 0)
    assert hook_answers.parsed(HookResult())["action"] == "continue"
    assert hook_answers.parsed(answer)["action"] == "deny"


@given(values)
def test_an_arbitrary_answer_is_a_result_and_never_an_error(answer: Any) -> None:
    fields = hook_answers.parsed(answer)
    hook_results.as_model(fields)
    if answer is not None and not isinstance(answer, dict):
        assert fields["action"] == "deny"


handlers = st.lists(
    st.tuples(
        st.integers(-2, 2),
        st.one_of(
            st.just({"action": "continue"}),
            st.builds(lambda text: {"action": "deny", "reason": text}, texts),
            st.builds(lambda data: {"action": "modify", "data": data}, objects),
            st.builds(lambda text: {"action": "ask_user", "approval_prompt": text}, texts),
            injections,
            st.none(),
            st.just("no answer at all"),
        ),
    ),
    max_size=8,
)


def answering(answer: Any, received: list[Any]) -> Callable[[str, Any], Any]:
    """A handler that keeps what it gets and gives this answer."""

    def handler(event: str, data: Any) -> Any:
        received.append(data)
        return answer

    return handler


def emitted(hooks: RustHookRegistry, data: dict[str, Any]) -> Any:
    """The result of an emit whose handlers never wait."""
    with pytest.raises(StopIteration) as ended:
        hooks.emit("e", data).send(None)
    return ended.value.value


@given(handlers, objects)
def test_an_emit_amounts_to_its_answers_in_order_of_priority(
    given_handlers: list[tuple[int, Any]], data: dict[str, Any]
) -> None:
    hooks = RustHookRegistry()
    received: list[Any] = []
    for priority, answer in given_handlers:
        hooks.register("e", answering(answer, received), priority)
    result = emitted(hooks, data)
    # The same by hand: sorted() keeps the order of equals, as a registry does.
    answers = [answer for _, answer in sorted(given_handlers, key=lambda entry: entry[0])]
    carried, asked, injected, called = data, None, [], 0
    for answer in answers:
        assert {**received[called], "timestamp": ""} == {**carried, "timestamp": ""}
        called += 1
        action = "continue" if answer is None else answer["action"] if isinstance(answer, dict) else "deny"
        if action == "deny":
            assert result.action == "deny"
            break
        if action == "modify":
            carried = answer["data"]
        elif action == "ask_user":
            asked = asked or answer
        elif action == "inject_context":
            injected.append(answer["context_injection"])
    else:
        if asked is not None:
            assert (result.action, result.approval_prompt) == ("ask_user", asked["approval_prompt"])
        elif injected:
            assert (result.action, result.context_injection) == ("inject_context", "\n\n".join(injected))
        else:
            assert result.action == "continue"
            assert {**result.data, "timestamp": ""} == {**carried, "timestamp": ""}
    assert len(received) == called


@given(objects)
def test_no_handler_sees_what_another_one_does_to_its_data(data: dict[str, Any]) -> None:
    hooks = RustHookRegistry()

    def spoil(event: str, seen: dict[str, Any]) -> None:
        seen.clear()
        seen["spoilt"] = True

    hooks.register("e", spoil, -9)
    received: list[Any] = []
    hooks.register("e", answering(None, received), -8)
    emitted(hooks, data)
    received[0].pop("timestamp")
    assert received == [{key: value for key, value in data.items() if key != "timestamp"}]
