"""The npm package as its users get it: packed, installed into an empty project, built and opened."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.app import App
from tests.e2e.elsewhere import serving_openly
from tests.e2e.trained import ANSWERS, EVERYTHING, WHAT
from tools.serve import SITE, serving

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
EXAMPLE = ROOT / "examples" / "npm-page"
CONSUMER = Path(__file__).parent / "npm_consumer"
TOOLS = WEB / "node_modules"
PEERS = ("@mlc-ai/web-llm", "@wllama/wllama")
DEMO = "webllm-demo-1-q0f32"
# In the worker that hosts Python: of the next answer only the beginning comes, until it is cancelled. On the
# CPU it would be over before a page hears of a click.
HOLD_BACK_ONCE = """() => {
  const open = js_llm_stream;
  globalThis.js_llm_stream = body => {
    globalThis.js_llm_stream = open;
    const stream = open(body);
    let batches = 0;
    const next = () => (batches++ < 2 ? stream.next() : new Promise(() => {}));
    return { next, cancel: () => stream.cancel() };
  };
}"""
MANIFEST = json.loads((WEB / "package.json").read_text(encoding="utf-8"))


def run(*command: str | Path, cwd: Path) -> str:
    """Run a program; its output is in the assertion where it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, check=False, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as `npm publish` would send it; packing builds it."""
    folder = tmp_path_factory.mktemp("pack")
    run("npm", "pack", "--pack-destination", folder, cwd=WEB)
    return next(folder.glob("*.tgz"))


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """A built site on an origin of its own, which lets others read it."""
    with serving_openly(SITE) as url:
        yield url


@pytest.fixture(scope="module")
def project(tarball: Path, elsewhere: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty project with the package and its peers: the example, the README's snippets, and some types."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    peers = [f"{name}@{MANIFEST['devDependencies'][name]}" for name in PEERS]
    run("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", tarball, *peers, cwd=folder)
    for source in (EXAMPLE / "index.html", *CONSUMER.iterdir()):
        shutil.copy(source, folder)
    for script in (EXAMPLE / "main.ts", CONSUMER / "store.ts"):
        text = script.read_text(encoding="utf-8").replace("https://your.site/", elsewhere)
        (folder / script.name).write_text(text, encoding="utf-8")
    for number, snippet in enumerate(snippets((WEB / "README.md").read_text(encoding="utf-8"))):
        (folder / f"snippet{number}.ts").write_text(snippet, encoding="utf-8")
    return folder


def snippets(text: str) -> list[str]:
    """The TypeScript blocks of a Markdown text."""
    return re.findall(r"^```ts\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def build(project: Path, entry: str, *options: str) -> Path:
    """Build one entry with Vite; returns the folder of the bundle."""
    out = project / f"dist-{Path(entry).stem}"
    config = {
        "base": "./",
        "logLevel": "warn",
        "worker": {"format": "es"},
        "build": {"outDir": out.name, "rolldownOptions": {"input": entry}},
    }
    (project / "vite.config.json.mjs").write_text(f"export default {json.dumps(config)};")
    vite = TOOLS / "vite" / "bin" / "vite.js"
    run("node", vite, "build", "--config", "vite.config.json.mjs", *options, cwd=project)
    return out


@pytest.fixture(scope="module")
def opened(project: Path, cpu_browser: Browser) -> Iterator[Page]:
    """The built example, in a browser without WebGPU."""
    with serving(build(project, "index.html")) as url, cpu_browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        expect(page.locator("#status")).to_have_text("ready: ready", timeout=60_000)
        yield page


def test_the_package_is_what_publishing_tools_expect(tarball: Path) -> None:
    run("node", TOOLS / "publint" / "src" / "cli.js", tarball, "--strict", cwd=WEB)
    attw = TOOLS / "@arethetypeswrong" / "cli" / "dist" / "index.js"
    run("node", attw, tarball, "--profile", "esm-only", cwd=WEB)


def test_the_package_carries_its_licence_its_notices_and_no_path_of_the_machine(project: Path) -> None:
    package = project / "node_modules" / "webllm-provider"
    assert (package / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    assert "jsonschema" in (package / "dist" / "THIRD_PARTY_NOTICES.txt").read_text()
    assert not [
        file.name for file in package.rglob("*") if file.is_file() and str(ROOT).encode() in file.read_bytes()
    ]


def test_the_peers_are_the_versions_that_the_catalogue_and_the_site_were_built_with() -> None:
    for name in PEERS:
        version = MANIFEST["devDependencies"][name]
        assert MANIFEST["peerDependencies"][name] == version
        assert all(f"{name}@{version}" in (folder / "README.md").read_text() for folder in (WEB, ROOT))


def test_a_strict_application_and_the_readme_s_snippets_type_check(project: Path) -> None:
    assert len(list(project.glob("snippet*.ts"))) >= 4
    run("node", TOOLS / "typescript" / "bin" / "tsc", "-p", project, cwd=project)


def test_the_readme_of_the_repository_quotes_the_package_s_own() -> None:
    own, whole = ((folder / "README.md").read_text(encoding="utf-8") for folder in (WEB, ROOT))
    assert snippets(whole) == [snippets(own)[0]]


def test_a_page_from_a_bundle_streams_the_demo_model_s_answer(opened: Page) -> None:
    opened.evaluate(
        """() => { globalThis.lengths = [];
          const output = document.querySelector("output");
          new MutationObserver(() => lengths.push(output.textContent.length))
            .observe(output, { childList: true }); }"""
    )
    opened.locator("[name=question]").fill(WHAT)
    opened.get_by_role("button", name="Ask").click()
    expect(opened.locator("#status")).to_have_text("completed", timeout=60_000)
    expect(opened.locator("output")).to_have_text(ANSWERS[WHAT])
    assert len(opened.evaluate("lengths")) >= 3, "The answer came in pieces."


def test_stop_ends_an_answer_and_the_next_question_is_answered(opened: Page) -> None:
    App(opened).worker_running("python").evaluate(HOLD_BACK_ONCE)
    opened.evaluate(
        """() => { const output = document.querySelector("output");
          new MutationObserver((_, observer) => {
            if (output.textContent === "") return;
            observer.disconnect();
            document.querySelector("button[type=button]").click();
          }).observe(output, { childList: true }); }"""
    )
    opened.locator("[name=question]").fill(EVERYTHING)
    opened.get_by_role("button", name="Ask").click()
    expect(opened.locator("#status")).to_have_text("cancelled", timeout=60_000)
    opened.locator("[name=question]").fill(WHAT)
    opened.get_by_role("button", name="Ask").click()
    expect(opened.locator("#status")).to_have_text("completed", timeout=60_000)
    expect(opened.locator("output")).to_have_text(ANSWERS[WHAT])


def test_a_site_that_lacks_python_is_a_sentence_with_a_code(project: Path, cpu_browser: Browser) -> None:
    page_script = project / "main.ts"
    text = page_script.read_text(encoding="utf-8")
    broken = re.sub(r'site: "[^"]*"', 'site: "./nowhere/"', text)
    (project / "broken.ts").write_text(broken, encoding="utf-8")
    html = (project / "index.html").read_text(encoding="utf-8").replace("main.ts", "broken.ts")
    (project / "broken.html").write_text(html, encoding="utf-8")
    with serving(build(project, "broken.html")) as url, cpu_browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{url}broken.html")
        expect(page.locator("#status")).to_have_text(
            re.compile(r"^(python_failed|download_failed): .+ "), timeout=60_000
        )


def test_a_view_s_store_loads_a_model_talks_to_it_and_steers_the_engine(
    project: Path, cpu_browser: Browser
) -> None:
    with serving(build(project, "store.html")) as url, cpu_browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{url}store.html")
        view = page.locator("#view")
        page.evaluate(f"chat.switchModel({DEMO!r}).then(() => null)")
        expect(view).to_have_text(DEMO)
        page.evaluate("question => chat.sendMessage(question)", WHAT)
        expect(view).to_have_text(f"{DEMO}\nuser done: {WHAT}\nassistant done: {ANSWERS[WHAT]}")
        assert page.evaluate("chat.getSnapshot() === chat.getSnapshot()")
        counts = page.evaluate(
            """async () => {
              const batch = engine.batch({ job: "j", prompts: ["a", "b"], body: { max_tokens: 2 } });
              let step = await batch.next();
              while (!step.done) step = await batch.next();
              return step.value;
            }"""
        )
        assert (counts["succeeded"], counts["failed"]) == (2, 0)
        assert page.evaluate(f"engine.assess({DEMO!r}).then(({{ fits }}) => fits)") is True
        assert (
            page.evaluate("engine.diagnose().then(({ versions }) => versions.package)") == MANIFEST["version"]
        )
        page.evaluate("chat.clearChat()")
        expect(view).to_have_text(DEMO)


def test_a_bundle_that_only_asks_for_webgpu_holds_nothing_else(project: Path) -> None:
    bundle = list((build(project, "tiny.ts") / "assets").iterdir())
    assert [file.suffix for file in bundle] == [".js"], "No worker, no engine."
    assert bundle[0].stat().st_size < 4_000
    code = bundle[0].read_text(encoding="utf-8")
    assert "requestAdapter" in code
    assert not [word for word in ("Worker", "prebuiltAppConfig", "MLCEngine") if word in code]
