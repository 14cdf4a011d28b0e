"""`manifest.json`: every file of the model with its size and hash, and how it was made.

Where nothing but the library was built again: python -m demo.export.manifest --artifacts DIR
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

from ..spec import MODEL_ID, SHAPE, VERSION

NAME = "manifest.json"


def digest(path: Path) -> str:
    """The file's sha256 in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write(
    artifacts: Path,
    parameters: int,
    training: dict[str, float | int],
    figures: dict[str, dict[str, int | float]],
) -> None:
    """List what lies in the folder; the manifest itself is not in its list."""
    files = sorted(path for path in artifacts.rglob("*") if path.is_file() and path.name != NAME)
    manifest = {
        "model_id": MODEL_ID,
        "version": VERSION,
        "architecture": "llama",
        "parameters": parameters,
        "context_window_size": SHAPE.context_window,
        "vocab_size": SHAPE.vocab_size,
        "hidden_size": SHAPE.hidden_size,
        "layers": SHAPE.layers,
        "license": "MIT",
        "training": training,
        "measured": figures,
        "files": {
            path.relative_to(artifacts).as_posix(): {"bytes": path.stat().st_size, "sha256": digest(path)}
            for path in files
        },
    }
    (artifacts / NAME).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def relist(artifacts: Path) -> None:
    """List the files as they are now; how the model was trained, and how well, stays as it was."""
    known = json.loads((artifacts / NAME).read_text(encoding="utf-8"))
    write(artifacts, known["parameters"], known["training"], known["measured"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifacts", type=Path, required=True)
    relist(parser.parse_args().artifacts)


if __name__ == "__main__":
    main()
