"""A change that somebody should look at, and how a list of them reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """What is different in a release, and the names that it concerns."""

    release: str
    """Name and version, such as `amplifier-core 2.1.0`."""
    what: str
    names: tuple[str, ...]


def written(changes: Sequence[Change], looked_at: Sequence[str]) -> str:
    """The changes as Markdown, fit for an issue."""
    lines = [f"Looked at {', '.join(looked_at)}.", ""]
    if not changes:
        return "\n".join([*lines, "Nothing that the kernel stands on has changed.", ""])
    for release in dict.fromkeys(change.release for change in changes):
        lines += [f"## {release}", ""]
        for change in changes:
            if change.release == release:
                lines += [f"{change.what}:", "", *(f"- `{name}`" for name in change.names), ""]
    return "\n".join(lines)


def compared(release: str, kind: str, before: dict[str, str], now: dict[str, str]) -> list[Change]:
    """What was added, removed and changed between two sets of declarations by name."""
    groups = {
        f"New {kind}": sorted(now.keys() - before.keys()),
        f"Removed {kind}": sorted(before.keys() - now.keys()),
        f"Changed {kind}": sorted(
            f"{name}: {before[name]} -> {now[name]}" if len(now[name]) < 200 else name
            for name in before.keys() & now.keys()
            if before[name] != now[name]
        ),
    }
    return [Change(release, what, tuple(names)) for what, names in groups.items() if names]
