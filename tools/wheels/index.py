"""A package index in static files (PEP 503), for micropip and pip.

Links are relative, so the folder can be served from anywhere: the wheels lie one folder above the index.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from tools.wheels.metadata import WheelFacts

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="pypi:repository-version" content="1.0">
<title>{title}</title>
</head>
<body>
{links}
</body>
</html>
"""


def pages(wheels: Iterable[WheelFacts]) -> dict[str, str]:
    """Path below the index folder -> page, for the list of projects and for each project."""
    by_project: dict[str, list[WheelFacts]] = {}
    for wheel in sorted(wheels, key=lambda wheel: (wheel.key, wheel.path.name)):
        by_project.setdefault(wheel.key, []).append(wheel)
    projects = "\n".join(f'<a href="{key}/">{key}</a><br>' for key in by_project)
    written = {"index.html": _PAGE.format(title="Simple index", links=projects)}
    for key, files in by_project.items():
        links = "\n".join(_link(wheel) for wheel in files)
        written[f"{key}/index.html"] = _PAGE.format(title=f"Links for {key}", links=links)
    return written


def _link(wheel: WheelFacts) -> str:
    # A plus sign in a path is read as a blank by some servers: the local version is escaped.
    address = f"../../{quote(wheel.path.name)}#sha256={wheel.sha256}"
    needed = wheel.requires_python
    requires = f' data-requires-python="{html.escape(needed)}"' if needed else ""
    return f'<a href="{address}"{requires}>{html.escape(wheel.path.name)}</a><br>'


def write(wheels: Iterable[WheelFacts], folder: Path) -> None:
    """Writes the index, and removes pages of projects that are not in it any more."""
    wanted = pages(wheels)
    for stale in folder.rglob("*.html"):
        if stale.relative_to(folder).as_posix() not in wanted:
            stale.unlink()
    for name, page in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
