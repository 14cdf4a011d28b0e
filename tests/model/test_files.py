"""The artefacts are the ones that the manifest lists."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from typing import Any

from .conftest import ARTIFACTS

MODELS = ARTIFACTS.parents[1]


def test_every_file_has_the_size_and_hash_of_the_manifest(manifest: dict[str, Any]) -> None:
    for name, facts in manifest["files"].items():
        data = (ARTIFACTS / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (facts["bytes"], facts["sha256"]), name


def test_the_manifest_lists_every_file(manifest: dict[str, Any]) -> None:
    there = {path.relative_to(ARTIFACTS).as_posix() for path in ARTIFACTS.rglob("*") if path.is_file()}
    assert there - {"manifest.json"} == set(manifest["files"])


def test_the_model_card_quotes_the_manifest() -> None:
    command = [sys.executable, "-m", "demo.export.card", "--check"]
    paths = ["--artifacts", str(ARTIFACTS), "--card", str(ARTIFACTS.parent / "MODEL_CARD.md")]
    done = subprocess.run([*command, *paths], cwd=MODELS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
