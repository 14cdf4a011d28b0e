"""What the provider's wheel carries of the other half: the engine worker in one file, and the engines' pins.

Vite puts both into `webllm_provider/_engine`, which git ignores; made again only when a source changed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

FILES = ("engine-worker.js", "engines.json")

# What the build reads, from the repository's root. A folder stands for every file below it.
SOURCES = (
    "protocol/wire.schema.json",
    "models/demo/artifacts/manifest.json",
    "models/demo/artifacts/webllm/mlc-chat-config.json",
    "web/package-lock.json",
    "web/tsconfig.base.json",
    "web/vite.wheel.config.ts",
    "web/vite",
    "web/src/engine",
    "web/src/models",
    "web/src/weights",
    "web/src/protocol",
)


class EngineNotBuilt(Exception):
    """Vite refused, or is not installed."""

    def __init__(self, output: str) -> None:
        super().__init__(
            f"The engine worker of webllm_provider could not be built:\n{output.strip()}\n"
            "Node and the npm packages are needed: cd web && npm ci"
        )


def built(root: Path, stamp: Path) -> None:
    """Puts the worker and the pins into the package.

    Raises:
        EngineNotBuilt: with what the build said.
    """
    out = root / "webllm_provider" / "_engine"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == _digest(root, out):
        return
    vite = root / "web" / "node_modules" / "vite" / "bin" / "vite.js"
    command = ["node", str(vite), "build", "--config", "vite.wheel.config.ts", "--logLevel", "warn"]
    try:
        run = subprocess.run(command, cwd=root / "web", capture_output=True, text=True, check=False)
    except OSError as error:
        raise EngineNotBuilt(str(error)) from error
    if run.returncode != 0 or not all((out / name).exists() for name in FILES):
        raise EngineNotBuilt(run.stdout + run.stderr)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(_digest(root, out), encoding="utf-8")


def _digest(root: Path, out: Path) -> str:
    digest = hashlib.sha256()
    for path in [*_sources(root), *(out / name for name in FILES)]:
        content = path.read_bytes() if path.is_file() else b""
        digest.update(os.path.relpath(path, root).encode("utf-8") + b"\0" + content + b"\0")
    return digest.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    for name in SOURCES:
        path = root / name
        yield from sorted(path.rglob("*")) if path.is_dir() else [path]
