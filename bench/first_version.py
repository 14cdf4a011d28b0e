"""The first version of this project that had figures, built from the history, to be measured beside today's.

Its engine is made to say what today's says in one go: both are asked for the same text, in the same pieces.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from contextlib import AbstractContextManager
from pathlib import Path

from bench.serving import MODULES, ROOT, BenchHandler
from tools import serve as static

COMMIT = "0f0b2a9d49259b8023e4f9711ba24f09d15c8610"
FOLDER = ROOT / "build" / "first-version"
NAME = "the first version of this bridge"
ENGINE = Path("web", "src", "engine")
WORKER = "scripted-worker.ts"
SCRIPTED = "scripted.ts"
SAYS = "      onText(delta);\n      said += 1;\n"
"""Of the first version's scripted engine: a word, and a turn of the event loop for it."""
SAYS_TOGETHER = """\
      const { text, pieces } = typeof delta === "string" ? { text: delta, pieces: 1 } : delta;
      onText(text);
      said += pieces;
"""


class NotAsExpected(RuntimeError):
    """The first version does not hold what is to be changed in it."""


class _Handler(BenchHandler):
    built = FOLDER / "build" / "bench"


def built() -> bool:
    """Build it, unless it has been; False where the history does not reach back to it."""
    done = FOLDER / "done"
    if done.exists():
        return True
    archive = subprocess.run(["git", "archive", COMMIT], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode != 0:
        return False
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(FOLDER, filter="data")
    _say_the_same()
    # What it is built with and from has not changed since.
    (FOLDER / "web" / "node_modules").symlink_to(MODULES)
    shutil.copytree(ROOT / "build" / "wheels", FOLDER / "build" / "wheels")
    for stamp in (FOLDER / "build" / "wheels").glob("*.stamp"):
        stamp.unlink()
    _run([sys.executable, "-m", "tools.wheels"], FOLDER)
    _run(["npx", "vite", "build", "--logLevel", "error"], FOLDER / "web")
    _run(
        ["npx", "vite", "build", "--config", "vite/bench.config.ts", "--logLevel", "error"],
        FOLDER / "web",
    )
    done.touch()
    return True


def serving() -> AbstractContextManager[str]:
    """Serve its site with today's pages of the benchmarks; gives the site's URL, with a slash at its end."""
    return static.serving(FOLDER / "dist" / "site", _Handler)


def _say_the_same() -> None:
    """Today's words, said by the first version's engine."""
    worker = (ROOT / ENGINE / WORKER).read_text(encoding="utf-8")
    (FOLDER / ENGINE / WORKER).write_text(
        worker.replace("../models/catalogue", "./catalogue"), encoding="utf-8"
    )
    scripted = FOLDER / ENGINE / SCRIPTED
    text = scripted.read_text(encoding="utf-8")
    if SAYS not in text:
        raise NotAsExpected(f"{SCRIPTED} of {COMMIT} says its words in another way.")
    scripted.write_text(text.replace(SAYS, SAYS_TOGETHER), encoding="utf-8")


def _run(command: list[str], folder: Path) -> None:
    # Its own packages, whatever is installed here.
    environment = {**os.environ, "PYTHONPATH": str(FOLDER)}
    subprocess.run(command, cwd=folder, check=True, env=environment, stdout=subprocess.DEVNULL)
