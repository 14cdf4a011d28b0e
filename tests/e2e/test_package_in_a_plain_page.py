"""What a user of the package does: the README's snippets, in a page of one's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import OriginGuard
from tests.e2e.trained import ANSWERS, WHAT
from tools.serve import SITE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (Path(__file__).parent / "pages" / "plain.html").read_text()
README = (ROOT / "README.md").read_text(encoding="utf-8")
MODEL = "webllm-demo-1-q0f32"


def snippets(language: str) -> list[str]:
    """The README's code blocks in a language, as they stand there."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


SESSION = f"""
import json
from webllm_provider.session import create_session

seen = []
answered = False

async def log(name, payload):
    seen.append([name, answered])

session = await create_session(model={MODEL!r}, on_event=log)
try:
    answer = await session.execute({WHAT!r})
    answered = True
finally:
    await session.cleanup()
json.dumps({{"answer": answer, "seen": seen}})
"""


@pytest.fixture(scope="module")
def plain_page(cpu_browser: Browser, site: str, origin_guard: OriginGuard) -> Iterator[Page]:
    """A page of somebody else's beside the site: Pyodide with micropip, and the README's bridge."""
    wheel = next((SITE / "wheels").glob("micropip-*.whl")).name
    with cpu_browser.new_context() as context:
        origin_guard.watch(context)
        body = PAGE.replace("/* README */", snippets("js")[0])
        body = body.replace("MICROPIP", json.dumps(f"wheels/{wheel}"))
        context.route("**/plain.html", lambda route: route.fulfill(body=body, content_type="text/html"))
        page = context.new_page()
        page.goto(f"{site}plain.html")
        page.evaluate("ready.then(() => null)")
        yield page


def run_python(page: Page, code: str) -> str:
    text: str = page.evaluate("code => ready.then(pyodide => pyodide.runPythonAsync(code))", code)
    return text


def test_the_readme_s_way_with_a_script_works_as_it_stands(plain_page: Page, site: str) -> None:
    printed: list[str] = []
    plain_page.on("console", lambda message: printed.append(message.text))
    _, install, _ = snippets("python")
    run_python(plain_page, install.replace("https://your.site/", site))
    assert any(ANSWERS[WHAT] in line for line in printed), printed


def test_the_kernel_can_be_used_without_the_engine(plain_page: Page, site: str) -> None:
    _, _, kernel = snippets("python")
    run_python(plain_page, kernel.replace("https://your.site/", site))
    assert run_python(plain_page, "from amplifier_core import _engine; _engine.ENGINE") == "python"


def test_a_hook_sees_the_answer_stream_before_it_is_complete(plain_page: Page) -> None:
    result = json.loads(run_python(plain_page, SESSION))
    assert result["answer"] == ANSWERS[WHAT]
    deltas = [early for name, early in result["seen"] if name == "llm:stream_block_delta"]
    assert len(deltas) >= 3
    assert not any(deltas), "Every delta was seen before execute() returned."


def test_the_installed_kernel_is_the_official_one_with_our_engine(plain_page: Page) -> None:
    version = run_python(plain_page, "from importlib.metadata import version; version('amplifier-core')")
    assert version.startswith("2.0.2+pyodide.")


def test_the_callback_form_of_older_recipes_streams_too(plain_page: Page) -> None:
    chunks, response = plain_page.evaluate(
        """async question => {
          const chunks = [];
          const messages = [{ role: "user", content: question }];
          const request = JSON.stringify({ messages, temperature: 0 });
          const response = await js_llm_complete_streaming(request, chunk => chunks.push(chunk));
          return [chunks, JSON.parse(response)];
        }""",
        WHAT,
    )
    text = "".join(chunk["content"] for chunk in chunks if chunk["type"] == "delta")
    assert text == response["choices"][0]["message"]["content"]
    assert text == ANSWERS[WHAT]


def test_an_impossible_request_resolves_with_a_code_and_a_sentence(plain_page: Page) -> None:
    response = plain_page.evaluate("async () => JSON.parse(await js_llm_complete('{\"messages\": 7}'))")
    assert response["error"]["code"] == "invalid_request"
    assert response["error"]["message"]
