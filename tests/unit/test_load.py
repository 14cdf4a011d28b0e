"""A model is loaded from Python with its stages, or fails with a typed error."""

from __future__ import annotations

import pytest

from webllm_provider import BridgeMissing, ModelNotFound, load_model
from webllm_provider._wire import Progress
from webllm_provider.testing import ScriptedTransport, loaded_model


async def test_a_load_tells_its_stages_and_ends_with_what_the_model_can_do() -> None:
    transport = ScriptedTransport(model=None)
    stages: list[Progress] = []
    model = await load_model("m", transport=transport, on_progress=stages.append)
    assert model == loaded_model("m")
    assert [stage["stage"] for stage in stages] == ["prepare"]
    assert transport.loads == ["m"]


async def test_a_load_may_be_watched_by_a_coroutine() -> None:
    seen: list[float] = []

    async def watch(stage: Progress) -> None:
        seen.append(stage["fraction"])

    await load_model("m", transport=ScriptedTransport(), on_progress=watch)
    assert seen == [0.0]


async def test_a_model_that_is_not_there_is_a_typed_error() -> None:
    transport = ScriptedTransport(
        load_fails={"code": "model_not_found", "message": "No such model.", "hint": "Did you mean n?"}
    )
    with pytest.raises(ModelNotFound, match="Did you mean n"):
        await load_model("m", transport=transport)


async def test_without_a_browser_it_says_so() -> None:
    with pytest.raises(BridgeMissing):
        await load_model("m")
