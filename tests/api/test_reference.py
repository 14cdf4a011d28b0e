"""The commands of docs/reference.md, as a shell runs them."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess

from tests.api.conftest import ROOT, Offering, Server, scripted
from webllm_provider.testing import answer

COMMANDS = re.findall(
    r"^```sh\n(curl .*?)^```$", (ROOT / "docs" / "reference.md").read_text(encoding="utf-8"), re.M | re.S
)


async def shell(command: str, server: Server) -> str:
    text = command.replace("http://localhost:8000", server.url)
    done = await asyncio.to_thread(
        subprocess.run, ["bash", "-c", text], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


async def test_the_commands_of_the_reference_run(server: Server, offer: Offering) -> None:
    await offer(scripted(respond=lambda body: answer("I can ", "answer.")))
    models, whole, streamed = [await shell(command, server) for command in COMMANDS]
    assert json.loads(models)["object"] == "list"
    assert "choices" in json.loads(whole), whole
    assert json.loads(whole)["choices"][0]["message"]["content"] == "I can answer."
    events = [line.removeprefix("data: ") for line in streamed.splitlines() if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    chunks = [json.loads(event)["choices"] for event in events[:-1]]
    assert (
        "".join(choices[0]["delta"].get("content") or "" for choices in chunks if choices) == "I can answer."
    )
