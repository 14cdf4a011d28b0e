"""What the package offers is stated, and its parts keep to their places."""

from __future__ import annotations

import ast
import importlib
import json
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import webllm_provider
from webllm_provider import session

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "webllm_provider"
SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("module", [webllm_provider, session], ids=lambda module: module.__name__)
def test_all_names_exactly_the_public_names(module: object) -> None:
    declared = list(module.__all__)  # type: ignore[attr-defined]
    assert declared == sorted(set(declared), key=declared.index)
    public = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not isinstance(value, type(sys))
        and name not in ("annotations", "Any")
    }
    assert public - {"version"} == {name for name in declared if not name.startswith("__")}


def test_the_version_is_that_of_the_project_and_of_the_web_half() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    web = json.loads((ROOT / "web" / "package.json").read_text())["version"]
    assert webllm_provider.__version__ == project == web


def test_every_entry_point_loads_a_mount() -> None:
    found = {point.name: point.load() for point in entry_points(group="amplifier.modules")}
    for name in ("provider-webllm", "loop-webllm", "context-webllm", "tool-notes", "tool-todo"):
        assert callable(found[name])


def test_only_the_browser_s_folder_names_the_modules_of_a_browser() -> None:
    for source in SOURCES:
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(source.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            )
        }
        assert not imported & {"js", "pyodide", "pyodide_js"}, source
        if source.parent.name != "_browser":
            assert 'import_module("js")' not in source.read_text()
            assert 'import_module("pyodide' not in source.read_text()


@pytest.mark.parametrize("name", ["_tools", "session.defaults", "session.tools.notes", "session.tools.todo"])
def test_the_trained_texts_need_nothing_but_the_standard_library(name: str) -> None:
    path = PACKAGE / f"{name.replace('.', '/')}.py"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert (node.module or "").split(".")[0] in sys.stdlib_module_names


def test_a_file_has_one_reason_to_change_and_about_two_hundred_lines() -> None:
    lengths = {source.name: len(source.read_text().splitlines()) for source in SOURCES}
    del lengths["_wire.py"]
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_importing_the_package_does_not_import_the_sessions() -> None:
    assert importlib.util.find_spec("webllm_provider.session") is not None
    code = "import sys, webllm_provider; sys.exit('webllm_provider.session' in sys.modules)"
    import subprocess

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
