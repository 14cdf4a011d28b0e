"""The bundle that examples/ has for the Amplifier CLI, and the provider of docs/api.md, in a session."""

from __future__ import annotations

import re
from typing import Any

import yaml  # type: ignore[import-untyped]
from amplifier_core import AmplifierSession

from tests.api.conftest import ROOT, Offering, Server, scripted
from webllm_provider.testing import answer

BUNDLE = (ROOT / "examples" / "browser-model.md").read_text(encoding="utf-8")
DOCS = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
ADDRESS = "ws://localhost:8000"


def plan(server: Server) -> dict[str, Any]:
    """What the CLI mounts of the bundle, but for what it fetches from elsewhere."""
    front = BUNDLE.split("---\n")[1].replace(ADDRESS, server.sockets)
    told: dict[str, Any] = yaml.safe_load(front)
    del told["bundle"]
    return {
        place: [one for one in given if "source" not in one] if isinstance(given, list) else given
        for place, given in told.items()
    }


async def run(mounted: dict[str, Any], question: str) -> str:
    session = AmplifierSession(config=mounted)
    await session.initialize()
    try:
        return str(await session.execute(question))
    finally:
        await session.cleanup()


async def test_the_bundle_of_the_examples_answers_from_a_tab(server: Server, offer: Offering) -> None:
    engine = scripted(respond=lambda body: answer("I can ", "answer."))
    await offer(engine)
    assert await run(plan(server), "What can you do?") == "I can answer."
    assert engine.bodies[0]["messages"][-1]["content"] == "What can you do?"
    # Its tool is told to the model, in the model's own dialect.
    assert "todo" in str(engine.bodies[0]["messages"][0]["content"])


async def test_the_provider_of_the_settings_is_that_of_the_bundle() -> None:
    snippet = re.search(r"^```yml\n(.*?)^```$", DOCS, re.M | re.S)
    assert snippet is not None
    settings = yaml.safe_load(snippet.group(1))
    assert settings["config"]["providers"] == yaml.safe_load(BUNDLE.split("---\n")[1])["providers"]
