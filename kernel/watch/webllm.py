"""A release of web-llm beside the pinned one: what it exports, and how that is declared."""

from __future__ import annotations

import re
from pathlib import Path

from kernel.watch.changes import Change, compared
from kernel.watch.newest import version_of

_EXPORTS = re.compile(r"^export \{([^}]*)\}", re.MULTILINE)
_DECLARATION = re.compile(
    r"^export (?:declare )?(?:abstract )?(?:class|interface|type|function|const|enum) (\w+)", re.MULTILINE
)


def changes(pinned: Path, newest: Path) -> tuple[str, list[Change]]:
    """The release that was looked at, and what is different in it."""
    release = f"web-llm {version_of(newest)}"
    return release, [
        *compared(release, "exports", exports(pinned), exports(newest)),
        *compared(release, "declarations", declared(pinned), declared(newest)),
    ]


def exports(package: Path) -> dict[str, str]:
    """The names that its module exports."""
    text = (package / "lib" / "index.js").read_text(encoding="utf-8")
    parts = [part.split() for block in _EXPORTS.findall(text) for part in block.split(",")]
    return {words[-1]: "exported" for words in parts if words}


def declared(package: Path) -> dict[str, str]:
    """The text of every exported declaration, blanks and comments aside."""
    found: dict[str, str] = {}
    for file in sorted((package / "lib").rglob("*.d.ts")):
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        starts = [*_DECLARATION.finditer(text)]
        ends = [*(match.start() for match in starts[1:]), len(text)]
        for match, end in zip(starts, ends, strict=False):
            found[match[1]] = " ".join(text[match.start() : end].split())
    return found
