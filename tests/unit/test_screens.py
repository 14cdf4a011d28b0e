"""Every screen of the application has its pictures, and they are shown."""

from __future__ import annotations

import re

import pytest

from tools.screens import SCREENS, Screen
from tools.screenshots import GALLERY, IMAGES, gallery, looks_of
from tools.serve import ROOT


def pictures_of(screen: Screen) -> set[str]:
    return {f"{screen.name}-{look}.webp" for look in looks_of(screen)}


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_screen_has_its_pictures(screen: Screen) -> None:
    assert {name for name in pictures_of(screen) if not (IMAGES / name).exists()} == set()


def test_the_page_of_pictures_shows_them_all_and_there_is_no_other() -> None:
    assert GALLERY.read_text(encoding="utf-8") == gallery()
    known = set().union(*(pictures_of(screen) for screen in SCREENS))
    assert {path.name for path in IMAGES.iterdir()} == known


def test_the_readme_shows_some_and_leads_to_the_others() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"docs/images/([\w-]+\.webp)", readme)
    assert {name for name in shown if not (IMAGES / name).exists()} == set()
    assert {"light", "dark", "phone"} <= {name.rsplit("-", 1)[1].removesuffix(".webp") for name in shown}
    assert "(docs/screens.md)" in readme
