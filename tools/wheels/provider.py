"""The provider's own wheel, from pyproject.toml; built again only when a source of it changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

# 1980-01-01, the earliest time that a zip entry can have.
_EPOCH = "315532800"


class BuildFailed(Exception):
    """The build backend refused."""

    def __init__(self, output: str) -> None:
        super().__init__(f"The wheel of webllm_provider could not be built:\n{output.strip()}")


def built(root: Path, out: Path, stamp: Path) -> None:
    """Puts `webllm_provider-<version>-py3-none-any.whl` into a folder, in place of any older one.

    The stamp file keeps a hash of the sources and of the wheel, so that an unchanged one is left alone.

    Raises:
        BuildFailed: with what the build backend said.
    """
    present = sorted(out.glob("webllm_provider-*.whl"))
    if present and stamp.exists() and stamp.read_text(encoding="utf-8") == _digest(root, present):
        return
    for outdated in present:
        outdated.unlink()
    run = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(root)],
        env={**os.environ, "SOURCE_DATE_EPOCH": _EPOCH},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise BuildFailed(run.stdout + run.stderr)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(_digest(root, sorted(out.glob("webllm_provider-*.whl"))), encoding="utf-8")


def _digest(root: Path, wheels: list[Path]) -> str:
    digest = hashlib.sha256()
    sources = [path for path in (root / "webllm_provider").rglob("*") if "__pycache__" not in path.parts]
    others = [root / name for name in ("pyproject.toml", "README.md", "LICENSE")]
    for path in [*sorted(sources), *others, *wheels]:
        if path.is_file():
            digest.update(os.path.relpath(path, root).encode("utf-8") + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
