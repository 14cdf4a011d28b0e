"""The pages under docs/ are whole: every link leads somewhere, every public name stands there."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

import webllm_provider
from webllm_provider import EngineCommands, ProviderConfig

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
PACKAGE = (ROOT / "web" / "README.md").read_text(encoding="utf-8")


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def snippets(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """What a link may name within a page, as hosts make it of the headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        there = path if name == "" else (path.parent / name).resolve()
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there.read_text(encoding="utf-8")), target


def test_every_page_is_linked_from_the_index_and_the_index_from_the_readme() -> None:
    index = page("README.md")
    assert {path.name for path in PAGES} - {"README.md"} <= set(re.findall(r"\]\((\w+\.md)\)", index))
    assert "](docs/README.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_error_code_says_what_to_do() -> None:
    schema = json.loads((ROOT / "protocol" / "wire.schema.json").read_text(encoding="utf-8"))
    rows = re.findall(r"^\| `(\w+)` \|", page("troubleshooting.md"), re.MULTILINE)
    assert rows == schema["$defs"]["ErrorCode"]["enum"]


def test_the_reference_names_all_of_python() -> None:
    reference = page("reference.md")
    commands = [name for name in vars(EngineCommands) if not name.startswith("_")]
    missing = [name for name in [*webllm_provider.__all__, *commands] if f"`{name}" not in reference]
    assert missing == []


def test_the_reference_names_all_functions_of_the_npm_package() -> None:
    source = (ROOT / "web" / "src" / "lib" / "index.ts").read_text(encoding="utf-8")
    exported = re.findall(r"^export (?!type)\{(.*?)\}", source, re.MULTILINE | re.DOTALL)
    names = [name.strip() for group in exported for name in group.split(",")]
    values = [name for name in names if name and not name.startswith("type ")]
    assert len(values) >= 8
    assert [name for name in values if f"`{name}" not in page("reference.md")] == []


@pytest.mark.parametrize("name", ["npm.md", "reference.md"])
def test_typescript_is_quoted_from_the_package_s_own_readme(name: str) -> None:
    # There it is type-checked, and the first of them is a page that a test opens.
    quoted = snippets(page(name), "ts")
    assert quoted
    assert [one for one in quoted if one not in snippets(PACKAGE, "ts")] == []


def test_the_config_of_the_reference_is_read() -> None:
    (text,) = snippets(page("reference.md"), "yaml")
    config: dict[str, Any] = dict(line.split(": ", 1) for line in text.splitlines())
    config |= {"temperature": float(config["temperature"]), "max_tokens": int(config["max_tokens"])}
    read = ProviderConfig.read(config)
    assert (read.mode, read.temperature) == ("hybrid", 0.7)


def test_the_double_of_the_wheel_s_page_is_made_as_it_stands_there() -> None:
    (code,) = snippets(page("wheel.md"), "py")
    names: dict[str, Any] = {}
    eval(compile(code, "wheel.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
    assert names["provider"].name == "webllm"
