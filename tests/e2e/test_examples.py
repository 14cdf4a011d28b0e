"""The examples run as they stand, but for the addresses that their readers fill in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import OriginGuard
from tests.e2e.elsewhere import ROOT, PythonPage, distribution, python_page, serving_openly
from tests.e2e.test_package_in_a_plain_page import snippets
from tests.e2e.trained import ANSWERS, WHAT
from tools.serve import SITE

EXAMPLES = ROOT / "examples"
IN_EXAMPLES = "https://your.site/"
CDN = "https://cdn.jsdelivr.net/pyodide/v314.0.7/full/"


@pytest.fixture(scope="module")
def page(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[PythonPage]:
    """A page with Pyodide and nothing of ours but the package."""
    with cpu_browser.new_context(service_workers="block") as context:
        origin_guard.watch(context)
        own = python_page(context, site)
        own.install()
        yield own


def printed(page: PythonPage, name: str) -> str:
    """What an example prints when it is run in a page."""
    source = (EXAMPLES / name).read_text(encoding="utf-8").replace(IN_EXAMPLES, page.site)
    text: str = page.run(
        f"""
import contextlib, io
from pyodide.code import eval_code_async
out = io.StringIO()
with contextlib.redirect_stdout(out):
    await eval_code_async({source!r}, {{"__name__": "__main__"}})
out.getvalue()
"""
    )
    return text


def test_the_readme_s_first_snippet_works_as_it_stands(page: PythonPage) -> None:
    told: list[str] = []
    page.page.on("console", lambda message: told.append(message.text))
    page.run(snippets("python")[0].replace(IN_EXAMPLES, page.site))
    page.run("await session.cleanup()\nawait engine.close()")
    assert any(ANSWERS[WHAT] in line for line in told), told


def test_the_page_on_the_wheel_runs_from_its_first_block_to_its_last(page: PythonPage) -> None:
    wheel = (ROOT / "docs" / "wheel.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", wheel, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 6
    for block in blocks:
        page.run(block.replace(IN_EXAMPLES, page.site))
    assert page.run("answer") == ANSWERS[WHAT]
    quick = (ROOT / "docs" / "quickstart.md").read_text(encoding="utf-8")
    assert snippets("python")[0] in quick, "What it shows is the README's, which the test above runs."


def test_python_alone(page: PythonPage) -> None:
    text = printed(page, "session.py")
    assert f"wllama: {ANSWERS[WHAT]}" in text
    assert "% " in text, "The load told its progress."


def test_an_engine_of_one_s_own(page: PythonPage) -> None:
    assert printed(page, "own_engine.py") == "You said: good morning\n"


def test_hooks_that_log_and_approve(page: PythonPage) -> None:
    text = printed(page, "hooks.py")
    asked = next(line for line in text.splitlines() if line.startswith("Use notes"))
    assert asked.endswith("? Allow")
    assert "the tea is in the blue tin" in asked
    assert "tool:post notes" in text


def test_a_plain_page_with_pyodide_and_the_site_on_other_origins(
    cpu_browser: Browser, tmp_path: Path
) -> None:
    runtime, own = distribution(tmp_path / "runtime"), tmp_path / "own"
    own.mkdir()
    with (
        serving_openly(SITE) as site,
        serving_openly(runtime) as cdn,
        serving_openly(own) as origin,
        cpu_browser.new_context() as context,
    ):
        html = (EXAMPLES / "page.html").read_text(encoding="utf-8")
        assert CDN in html
        (own / "page.html").write_text(html.replace(CDN, cdn), encoding="utf-8")
        script = (EXAMPLES / "session.py").read_text(encoding="utf-8")
        (own / "session.py").write_text(script.replace(IN_EXAMPLES, site), encoding="utf-8")
        page = context.new_page()
        page.goto(f"{origin}page.html")
        expect(page.locator("#answer")).to_contain_text(f"wllama: {ANSWERS[WHAT]}", timeout=120_000)


def test_the_page_names_the_pyodide_that_the_site_is_built_with() -> None:
    package = ROOT / "web" / "node_modules" / "pyodide" / "package.json"
    built = json.loads(package.read_text(encoding="utf-8"))
    assert f"/v{built['version']}/" in CDN
