"""Runs Python in real Pyodide under Node, from a test on CPython."""

from __future__ import annotations

import ast
import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WHEELS = ROOT / "dist" / "wheels"
PYODIDE = ROOT / "web" / "node_modules" / "pyodide"
CHECKS = HERE / "checks"
# Booting takes seconds; this only ends a run that hangs.
LONGEST_RUN_S = 300

# The differential scenarios, mounted at /differential.
DIFFERENTIAL = ROOT / "tests" / "kernel" / "differential"
DIFFERENTIAL_CODE = """
import sys, logging, warnings, json
sys.path.insert(0, '/differential')
logging.disable(logging.CRITICAL)
warnings.simplefilter('ignore')
import observe
json.dumps(await observe.observe())
"""

# What both ways to install must bring: the provider, and through it the kernel.
INSTALLED = ["webllm-provider"]

_PREPARE = "import sys\nif '/checks' not in sys.path:\n    sys.path.insert(0, '/checks')"


class RunFailed(AssertionError):
    """Node ended before Pyodide was done; the text is what both said."""


@dataclass(frozen=True)
class Check:
    """One `check_...` function of a file in checks/."""

    file: str
    function: str

    @property
    def name(self) -> str:
        """`file: function`, with blanks for underscores."""
        return f"{self.file}: {self.function.removeprefix('check_').replace('_', ' ')}"

    @property
    def code(self) -> str:
        """The Python that runs it."""
        return f"import {self.file}\nawait {self.file}.{self.function}()"


def checks() -> list[Check]:
    """All checks, found without importing them: they only run in Pyodide."""
    return [
        Check(path.stem, node.name)
        for path in sorted(CHECKS.glob("[a-z]*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("check_")
    ]


@dataclass
class Run:
    """One Pyodide: how packages get in (`lock`, `micropip`, or `astray`), from where, what it executes."""

    boot: str
    wheels: str
    folder: Path
    code: dict[str, str] = field(default_factory=dict)
    install: list[str] = field(default_factory=lambda: list(INSTALLED))
    mounts: dict[str, str] = field(default_factory=dict)
    pyodide: Path = PYODIDE

    def result(self) -> dict[str, Any]:
        """`{"boot": None or why it failed, "checks": [{name, passed, value | error}]}`."""
        plan, written = self.folder / f"{self.boot}.json", self.folder / f"{self.boot}-result.json"
        plan.write_text(json.dumps(self._plan()), encoding="utf-8")
        run = subprocess.run(
            ["node", str(HERE / "runner.mjs"), str(plan), str(written)],
            # Under Node, Pyodide keeps a copy of each package in a folder beside where it runs.
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=LONGEST_RUN_S,
            check=False,
        )
        if run.returncode != 0:
            raise RunFailed(run.stdout + run.stderr)
        result: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
        return result

    def _plan(self) -> dict[str, Any]:
        return {
            "boot": self.boot,
            "pyodide": str(self.pyodide),
            "wheels": self.wheels,
            "micropip": next(WHEELS.glob("micropip-*.whl")).name,
            "install": self.install,
            "mounts": {str(CHECKS): "/checks", **self.mounts},
            "checks": [{"name": name, "code": f"{_PREPARE}\n{code}"} for name, code in self.code.items()],
            **BRIDGE,
        }


def _engine() -> dict[str, Any]:
    return {"kind": "webllm", "version": "0.0.0", "device": "webgpu", "adapter": "scripted"}


_MODEL = {
    "id": "scripted-1",
    "context_window": 4096,
    "dialect": "default",
    "quantization": "none",
    "engine": _engine(),
    "capabilities": {
        "constraint": "none",
        "native_tools": False,
        "json_schema": False,
        "logprobs": False,
        "images": False,
    },
}

# What the scripted bridge of the runner answers: three batches, then null.
BRIDGE: dict[str, Any] = {
    "model": _MODEL,
    "batches": [
        [{"type": "started", "model": "scripted-1", "engine": _engine()}],
        [{"type": "delta", "text": "Hello from "}, {"type": "delta", "text": "JavaScript."}],
        [
            {
                "type": "finished",
                "reason": "stop",
                "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
                "figures": {
                    "time_to_first_token_ms": 1.0,
                    "duration_ms": 2.0,
                    "prefill_tokens_per_s": None,
                    "decode_tokens_per_s": None,
                    "prefilled_tokens": None,
                },
            }
        ],
    ],
}
