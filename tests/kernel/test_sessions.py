"""The sessions' own tests pass on our engine too, where a cancelled task reaches the orchestrator."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TESTS = ("sessions", "loop", "stopping", "context", "worker", "random_stops", "provider")


def test_sessions_behave_on_our_engine_as_on_the_native_one(unpacked_wheel: Path) -> None:
    engine = "import amplifier_core._engine as engine; print(engine.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(unpacked_wheel), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
        return done.stdout

    assert str(unpacked_wheel) in run("-c", engine)
    files = [f"tests/unit/test_{name}.py" for name in TESTS]
    assert " passed" in run("-m", "pytest", "-q", "-p", "no:cacheprovider", *files)
