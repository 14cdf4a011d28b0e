"""docs/tools.md: its code runs, and its tables name what is there."""

from __future__ import annotations

import random
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from webllm_provider.session import create_session
from webllm_provider.session.permissions import HARMLESS, Permissions
from webllm_provider.testing import ScriptedTransport, answer

from .worker_page import call

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
MODULES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"][
    "amplifier.modules"
]
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE, re.S)


def test_the_tables_name_every_module() -> None:
    named = set(re.findall(r"^\| `((?:tool|hooks)-[a-z]+)`", PAGE, re.M))
    assert named == {name for name in MODULES if name.startswith(("tool-", "hooks-"))}


def test_the_table_tells_what_asks() -> None:
    rows = re.findall(r"^\| `tool-[a-z]+` \| `([a-z]+)` \|.*\| (allowed|asks) \|$", PAGE, re.M)
    assert {tool for tool, word in rows if word == "allowed"} == HARMLESS
    assert all(Permissions().of(tool) == "ask" for tool, word in rows if word == "asks")


class Approval:
    """Agrees, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def request_approval(
        self, prompt: str, options: list[str], timeout: float, default: Literal["allow", "deny"]
    ) -> str:
        self.asked.append(prompt)
        return options[0]


async def test_a_session_with_permissions_is_made_as_the_page_says() -> None:
    approval = Approval()
    body = SNIPPETS[0].split("\n\n", 1)[1]
    made: dict[str, Any] = {"Permissions": Permissions, "approval": approval}

    async def create(**options: Any) -> Any:
        return await create_session(transport=transport, **options)

    transport = ScriptedTransport([call("notes", action="list"), answer("None.")])
    made["create_session"] = create
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    exec(f"async def run():\n{lines}\n    return session", made)
    session = await made["run"]()
    assert await session.execute("Which notes?") == "None."
    assert approval.asked == ["May the tool notes run?"]
    await session.cleanup()


async def test_a_tool_is_written_as_the_page_says(open_session: Any, heard: Any) -> None:
    scope: dict[str, Any] = {"random": random}
    exec(SNIPPETS[1], scope)
    session, _ = await open_session(call("dice", sides=6), call("dice", sides=1), answer("There."))
    await scope["mount"](session.coordinator)
    await session.execute("Roll")
    (rolled,) = heard.of("tool:post")
    assert rolled["result"]["output"].startswith("You rolled ")
    assert not (await scope["DiceTool"]().execute({"sides": 1})).success
