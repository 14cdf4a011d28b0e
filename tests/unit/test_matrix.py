"""The README's table of features says what tests show, and every feature that a test names is in it."""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.matrix import BEGIN, END, README, Incomplete, read_reports, shown_in, table, with_table

ROOT = README.parent
REPORT = """<testsuites><testsuite>
<testcase classname="tests.e2e.test_x.TestY" name="a"><properties>
  <property name="feature" value="cpu: streaming"/><property name="feature" value="cpu: cache"/>
</properties></testcase>
<testcase classname="tests.e2e.test_x" name="b"><properties>
  <property name="feature" value="webgpu: streaming"/></properties><failure message="no"/></testcase>
<testcase classname="tests.e2e.test_x" name="c"><properties>
  <property name="feature" value="http: cache"/></properties><skipped/></testcase>
</testsuite></testsuites>"""


def named() -> Iterator[tuple[str, str]]:
    """Every feature that a test of the tree names, with the test's file."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.feature"):
                for given in node.args:
                    assert isinstance(given, ast.Constant), f"{path}: a feature is named by a literal"
                    yield str(given.value), path.relative_to(ROOT).as_posix()


def rows() -> dict[str, list[str]]:
    """The table as it stands in the README: the files behind each feature's ticks."""
    text = README.read_text(encoding="utf-8")
    inside = text[text.index(BEGIN) : text.index(END)]
    found = re.findall(r"^\| ([^|]+) \|(.*)\|$", inside, re.MULTILINE)[1:]
    return {feature: re.findall(r"\]\(([^)]+)\)", cells) for feature, cells in found}


def test_a_cell_is_a_test_that_passed() -> None:
    made = table(shown_in(ElementTree.fromstring(REPORT)))
    assert "| streaming | fails | [✓](tests/e2e/test_x.py) |  |" in made
    assert "| cache |  | [✓](tests/e2e/test_x.py) |  |" in made


def test_the_readme_s_table_has_every_feature_that_a_test_names_and_no_other() -> None:
    assert set(rows()) == {feature for feature, _ in named()}


def test_every_tick_leads_to_a_test_that_names_the_feature() -> None:
    known = set(named())
    for feature, files in rows().items():
        assert files, feature
        assert {(feature, file) for file in files} <= known


def test_a_readme_without_a_place_is_refused() -> None:
    with pytest.raises(Incomplete, match="no place"):
        with_table("# Hello", "")


def test_reports_without_one_of_the_engines_would_lose_its_column(tmp_path: Path) -> None:
    (tmp_path / "e2e.xml").write_text(REPORT)
    with pytest.raises(Incomplete, match="server"):
        read_reports(tmp_path)
