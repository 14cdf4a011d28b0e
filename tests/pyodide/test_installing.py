"""Installing the kernel into one's own page: the README's three lines, and an installation with a hole."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.pyodide.harness import ROOT, WHEELS, Run
from tests.pyodide.test_installed_wheels import changed_copy, remove
from tools.serve import serving

SESSION = """
class Loop:
    async def execute(self, prompt, **_):
        return f"You said {prompt}"


class Loader:
    async def load(self, module_id, *_, **__):
        async def mount(coordinator):
            await coordinator.mount(module_id, Loop())

        return mount

    def get_on_session_ready_queue(self):
        return []

    def clear_on_session_ready_queue(self):
        pass


session = AmplifierSession({"session": {"orchestrator": "orchestrator", "context": "context"}})
session.coordinator.loader = Loader()
async with session:
    # No provider is mounted here: the point is that the kernel runs.
    await session.coordinator.mount("providers", object(), name="none")
    answer = await session.execute("hello")
answer
"""
INSTALL = """
import micropip
await micropip.install("amplifier-core", index_urls="{url}simple")
try:
    import amplifier_core
    said = "nothing"
except ImportError as error:
    said = f"{{error}}|{{error.projects}}"
said
"""


def snippet(heading: str) -> list[str]:
    """The lines of code under a heading of the README."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split(f"## {heading}\n")[1]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return [line for line in found[1].splitlines() if line.strip()]


def ran(boot: str, code: Callable[[str], str], wheels: Path, folder: Path) -> str:
    """What the code evaluates to in a Pyodide with nothing installed but micropip."""
    with serving(wheels) as url:
        result = Run(boot, url, folder, code={"code": code(url)}, install=[]).result()
    assert result["boot"] is None, result["boot"]
    assert result["checks"][0]["passed"], result["checks"][0]["error"]
    return str(result["checks"][0]["value"])


def test_three_lines_of_the_readme_bring_amplifier_into_pyodide(tmp_path: Path) -> None:
    lines = snippet("Amplifier in Pyodide, without WebLLM")
    assert len(lines) == 3
    text = "\n".join(lines)
    assert "https://your.site/wheels/" in text
    answer = ran(
        "micropip",
        lambda url: f"{text.replace('https://your.site/wheels/', url)}\n{SESSION}",
        WHEELS,
        tmp_path,
    )
    assert answer == "You said hello"


def test_an_installation_with_a_hole_in_it_says_at_the_import_what_is_missing(tmp_path: Path) -> None:
    # Not in the index, so micropip takes them from Pyodide's lock; what cannot be fetched is only logged.
    wheels = changed_copy(tmp_path, remove("simple/pydantic*"))
    said, _, projects = ran("astray", lambda url: INSTALL.format(url=url), wheels, tmp_path).partition("|")
    missing = "['annotated-types', 'typing-inspection', 'pydantic-core', 'pydantic']"
    assert projects == missing
    assert "pydantic-core (ModuleNotFoundError: No module named 'pydantic_core')" in said
    assert f"await micropip.install({missing})" in said
