"""The processes of this machine, as /proc tells of them; none where there is no /proc."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def started_by(root: int) -> Iterator[int]:
    """The processes that `root` has started, and what those have started."""
    parents = _parents()
    for process in parents:
        above = parents.get(process)
        while above is not None and above != root:
            above = parents.get(above)
        if above is not None:
            yield process


def _parents() -> dict[int, int]:
    found: dict[int, int] = {}
    for process in numbers_in(PROC):
        try:
            # The name stands in brackets and may hold blanks; behind it come the state and the parent.
            found[process] = int((PROC / str(process) / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended meanwhile
    return found


def numbers_in(folder: Path) -> set[int]:
    """The numbers of the processes or threads that have a folder there."""
    try:
        return {int(each.name) for each in folder.iterdir() if each.name.isdigit()}
    except OSError:
        return set()
