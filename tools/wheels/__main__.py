"""Fills dist/wheels: `python -m tools.wheels`, which `build_wheel.sh` calls."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from kernel.repackage import RepackagingError, repackaged
from tools.wheels import engine, index, lockfile, provider
from tools.wheels.fetch import FetchError, fetched, pins, sha256
from tools.wheels.metadata import WheelFacts, facts

ROOT = Path(__file__).resolve().parent.parent.parent
EXPECTED = (FetchError, RepackagingError, engine.EngineNotBuilt, provider.BuildFailed, lockfile.LockError)


def build(out: Path, cache: Path, pyodide: Path) -> list[WheelFacts]:
    """Puts every wheel, the index and the lock file into a folder, and removes wheels that no longer belong.

    Raises:
        FetchError, RepackagingError, EngineNotBuilt, BuildFailed, LockError: with what to do about it.
    """
    out.mkdir(parents=True, exist_ok=True)
    source, vendored = pins()
    wanted = {repackaged(fetched(source, cache), out).name}
    for pin in vendored:
        kept, placed = fetched(pin, cache), out / pin.file
        if not placed.exists() or sha256(placed) != pin.sha256:
            shutil.copyfile(kept, placed)
        wanted.add(pin.file)
    engine.built(ROOT, cache / "engine.stamp")
    provider.built(ROOT, out, cache / "webllm_provider.stamp")
    for wheel in out.glob("*.whl"):
        if wheel.name not in wanted and not wheel.name.startswith("webllm_provider-"):
            wheel.unlink()
    wheels = [facts(path) for path in sorted(out.glob("*.whl"))]
    index.write(wheels, out / "simple")
    lockfile.write(wheels, pyodide, out / "pyodide-lock.json")
    return wheels


def main() -> int:
    """Builds and lists the wheels; exit status 1 with a sentence when something is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "wheels")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "wheels")
    parser.add_argument("--pyodide", type=Path, default=ROOT / "web" / "node_modules" / "pyodide")
    options = parser.parse_args()
    try:
        wheels = build(options.out, options.cache, options.pyodide)
    except EXPECTED as error:
        print(error, file=sys.stderr)
        return 1
    for wheel in wheels:
        print(f"{wheel.sha256}  {wheel.path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
