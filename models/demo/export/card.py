"""Writes the manifest's figures into the card: python -m demo.export.card --artifacts DIR --card FILE

With `--check` it changes nothing and fails if the card is out of date.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

_BLOCK = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_SUITES = {
    "anchors": "The anchors of `answers.json`, as first and as later turns, with and without tools",
    "trained_phrasings": "Phrasings that were trained",
    "held_out_phrasings": "Phrasings that were held out of training",
    "unrelated_refused": "Unrelated questions in held-out forms, refused honestly",
    "exact_copy": "A fresh random text copied into a tool call, character for character",
    "exact_sentences": "A fresh sentence of a held-out form copied into a tool call",
    "tool_calls": "Tool calls of all kinds",
    "answers_from_results": "Answers from a tool's result",
    "json": "JSON objects",
    "thinking": "Answers with a thinking part",
    "late_in_context": "Anchors after about 1,500 tokens of other exchanges",
}


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{count / 1e3:.1f} kB"


def shape_table(manifest: dict[str, Any]) -> str:
    """What the model is."""
    training = manifest["training"]
    rows = [
        ("Model id", f"`{manifest['model_id']}`"),
        ("Parameters", f"{manifest['parameters']:,}"),
        ("Layers, hidden size", f"{manifest['layers']}, {manifest['hidden_size']}"),
        ("Vocabulary", f"{manifest['vocab_size']:,} byte-level pieces"),
        ("Context window", f"{manifest['context_window_size']:,} tokens"),
        ("Trained on", f"{training['tokens']:,} tokens in {training['steps']:,} steps"),
        ("Training time", f"{training['seconds'] // 60} minutes on one to two cores"),
    ]
    return "| | |\n|---|---|\n" + "".join(f"| {name} | {value} |\n" for name, value in rows)


def measured_table(manifest: dict[str, Any]) -> str:
    """What it can do."""
    rows = [
        f"| {text} | {manifest['measured'][name]['right']} of {manifest['measured'][name]['cases']} "
        f"| {manifest['measured'][name]['share']:.1%} |\n"
        for name, text in _SUITES.items()
    ]
    return "| Measured greedily; right means equal to the expected text | | |\n|---|---|---|\n" + "".join(
        rows
    )


def files_table(manifest: dict[str, Any]) -> str:
    """What belongs to it."""
    rows = [
        f"| `{name}` | {_size(facts['bytes'])} | `{facts['sha256'][:16]}` |\n"
        for name, facts in manifest["files"].items()
    ]
    return "| File | Size | sha256 begins |\n|---|---|---|\n" + "".join(rows)


def filled(card: str, manifest: dict[str, Any]) -> str:
    """The card with every block of figures written anew. An unknown block raises `KeyError`."""
    tables = {"shape": shape_table, "measured": measured_table, "files": files_table}
    return _BLOCK.sub(lambda found: found[1] + tables[found[2]](manifest) + found[3], card)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifacts", type=Path, required=True)
    parser.add_argument("--card", type=Path, required=True)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    manifest = json.loads((given.artifacts / "manifest.json").read_text(encoding="utf-8"))
    card = given.card.read_text(encoding="utf-8")
    new = filled(card, manifest)
    if given.check and new != card:
        sys.exit(f"{given.card} is out of date. Write it again: python -m demo.export.card, without --check")
    if not given.check:
        given.card.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
