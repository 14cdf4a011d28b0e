"""The examples are short, and none is left out of the tests that run them."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
OURS = sorted(path for path in EXAMPLES.iterdir() if path.suffix in (".py", ".html"))
README = (EXAMPLES / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_an_example_is_short_and_named_in_the_folder_s_readme(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 40
    assert f"]({path.name})" in README


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_a_test_runs_every_example(path: Path) -> None:
    tests = [test.read_text(encoding="utf-8") for test in (ROOT / "tests").rglob("test_*.py")]
    assert any(f'"{path.name}"' in test for test in tests)
