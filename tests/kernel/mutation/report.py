"""kernel/MUTATION.md: how many mutants were found, and every one that was not."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.kernel.mutation.mutants import Mutant

LEFT = Path(__file__).with_name("left.toml")
_HEAD = """\
# Mutation run over the kernel

Written by `make mutation`. cosmic-ray puts one small fault at a time into a file of `kernel/`; the
differential scenarios (against what the native engine did) and the kernel's own tests look for it.
{sampling}

**{found} of {all} mutants found: {share:.1f} %.** Of the {left} that were not, {explained} change nothing
that can be observed or are left on purpose; the reasons are below.

| file | mutants | found | |
|---|---:|---:|---:|
"""

Outcomes = Mapping[str, str | None]


def reasons() -> dict[tuple[str, str, str], str]:
    """Why a mutant may stay, by file, line and what the line became; line numbers would not last."""
    entries = tomllib.loads(LEFT.read_text(encoding="utf-8")).get("left", [])
    return {
        (entry["file"], entry["before"], after): entry["reason"]
        for entry in entries
        for after in entry["after"]
    }


def written(mutants: Sequence[Mutant], outcomes: Outcomes, sampling: str) -> str:
    """The report as Markdown."""
    left = [mutant for mutant in mutants if outcomes[mutant.key] is None]
    known = reasons()
    explained = [mutant for mutant in left if (mutant.file, mutant.before, mutant.after) in known]
    found = len(mutants) - len(left)
    head = _HEAD.format(
        sampling=sampling,
        found=found,
        all=len(mutants),
        share=100 * found / len(mutants),
        left=len(left),
        explained=len(explained),
    )
    return head + "".join(_rows(mutants, outcomes)) + "\n## Not found\n" + "".join(_entries(left, known))


def _rows(mutants: Sequence[Mutant], outcomes: Outcomes) -> list[str]:
    rows = []
    for file in sorted({mutant.file for mutant in mutants}):
        own = [mutant for mutant in mutants if mutant.file == file]
        found = sum(outcomes[mutant.key] is not None for mutant in own)
        rows.append(f"| `{file}` | {len(own)} | {found} | {100 * found / len(own):.0f} % |\n")
    return rows


def _entries(left: Sequence[Mutant], known: Mapping[tuple[str, str, str], str]) -> list[str]:
    entries = []
    for mutant in sorted(left, key=lambda mutant: (mutant.file, mutant.line, mutant.after)):
        reason = known.get((mutant.file, mutant.before, mutant.after), "Not explained.")
        entries.append(
            f"\n- `{mutant.file}` {mutant.line}, {mutant.operator}: {reason}\n\n"
            f"      - {mutant.before}\n      + {mutant.after}\n"
        )
    return entries
