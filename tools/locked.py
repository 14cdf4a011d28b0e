"""Run tests on CPython with the versions that Pyodide's own lock file has of the packages we stand on.

Whoever installs from Pyodide's distribution gets them, and not the newer ones that our site serves. Their
WebAssembly builds lie on a CDN only; the same versions for CPython are on PyPI. As a program:
`python -m tools.locked [pytest's arguments]`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "web" / "node_modules" / "pyodide" / "pyodide-lock.json"
FOLDER = ROOT / "build" / "locked"
PACKAGES = ("pydantic", "pydantic-core", "annotated-types", "typing-inspection", "typing-extensions")

WITHOUT_NEWER_PLUGINS = ("-p", "no:schemathesis", "-p", "no:anyio")
"""Options for pytest: these plugins of the API's tests need newer packages than Pyodide has."""

_SAY_VERSIONS = """
import importlib.metadata, json, pydantic, pydantic_core, sys
print(json.dumps({name: importlib.metadata.version(name) for name in sys.argv[1:]}))
print(pydantic.VERSION, pydantic_core.__version__)
"""


def locked_versions(lock: Path = LOCK) -> dict[str, str]:
    """Package -> version, as the installed Pyodide has locked them."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return {name: packages[name]["version"] for name in PACKAGES}


def installed(versions: dict[str, str], folder: Path = FOLDER) -> Path:
    """A folder with exactly these versions; made again when they have changed."""
    stamp = folder / "versions.json"
    wanted = json.dumps([sys.version, versions])
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        pinned = [f"{name}=={version}" for name, version in versions.items()]
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, "--no-deps", "--target", str(folder), *pinned], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return folder


def environment(folder: Path) -> dict[str, str]:
    """An environment in which these packages come before the installed ones."""
    behind = [path for path in (os.environ.get("PYTHONPATH"),) if path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *behind])}


def check(versions: dict[str, str], env: dict[str, str]) -> None:
    """Fail unless a program in this environment has these versions, by metadata and by import."""
    command = [sys.executable, "-c", _SAY_VERSIONS, *versions]
    told = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.splitlines()
    imported = f"{versions['pydantic']} {versions['pydantic-core']}"
    if json.loads(told[0]) != versions or told[1] != imported:
        raise SystemExit(f"Expected {versions}, but the tests would run with {told}.")


def main(arguments: list[str]) -> int:
    if not LOCK.exists():
        raise SystemExit(f"There is no {LOCK.relative_to(ROOT)}: cd web && npm ci")
    versions = locked_versions()
    env = environment(installed(versions))
    check(versions, env)
    print("with", ", ".join(f"{name} {version}" for name, version in versions.items()), flush=True)
    command = [sys.executable, "-m", "pytest", *WITHOUT_NEWER_PLUGINS, *arguments]
    return subprocess.run(command, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
