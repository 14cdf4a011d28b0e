"""`make mutation`: tries every mutant of kernel/ that is not yet known to be found, and writes the report.

Outcomes are kept in build/mutation, by the text of the mutated file: a second run tries only the mutants that
nobody found, and those of files that have changed. `--fresh` forgets them, `--only hooks.py` takes that file,
`--sample 0.2` a fifth.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.kernel.engines import observed
from tests.kernel.mutation import report
from tests.kernel.mutation.judge import DIFFERENTIAL, ENGINE, ROOT, Trial
from tests.kernel.mutation.mutants import Mutant, mutants_of
from tests.kernel.mutation.trials import answer_of, outcomes

KERNEL = ROOT / "kernel"
SOURCES = KERNEL / "amplifier_core_engine"
FOLDER = ROOT / "build" / "mutation"
RESULTS = FOLDER / "results.json"
_DURATIONS = (
    "import asyncio, json\n"
    "from tests.kernel.mutation import judge\n"
    "print(json.dumps(asyncio.run(judge.durations())))"
)


def main() -> int:
    """Exit status 1 if fewer than `--at-least` per cent are found, or the kernel as it is fails its tests."""
    options = _options()
    package = _package()
    trial = Trial(package, observed(), _quickest_first(package))
    if (finder := answer_of(trial)) is not None:
        print(f"The kernel as it is does not pass: {finder}", file=sys.stderr)
        return 1
    mutants = _chosen(options)
    kept = {} if options.fresh or not RESULTS.exists() else json.loads(RESULTS.read_text("utf-8"))
    due = [mutant for mutant in mutants if kept.get(mutant.key) is None]
    print(f"{len(mutants)} mutants, {len(due)} to try", flush=True)

    def trial_of(mutant: Mutant) -> Trial:
        return Trial(package, trial.native, trial.order, _module(mutant), mutant.source)

    for number, (mutant, finder) in enumerate(outcomes(due, trial_of, options.jobs), start=1):
        kept[mutant.key] = finder
        if finder is None:
            print(f"not found: {mutant.file}:{mutant.line}  {mutant.before}  ->  {mutant.after}", flush=True)
        if number % 50 == 0:
            print(f"{number} of {len(due)}", flush=True)
            RESULTS.write_text(json.dumps(kept), encoding="utf-8")
    RESULTS.write_text(json.dumps(kept), encoding="utf-8")
    return _reported(mutants, kept, options)


def _reported(mutants: Sequence[Mutant], kept: dict[str, Any], options: argparse.Namespace) -> int:
    share = 100 * sum(kept[mutant.key] is not None for mutant in mutants) / len(mutants)
    print(f"{share:.1f} % of {len(mutants)} mutants found")
    if not options.only:
        sampling = (
            "Every mutant was tried."
            if options.sample == 1
            else f"A random {options.sample:.0%} of all mutants was tried."
        )
        (KERNEL / "MUTATION.md").write_text(report.written(mutants, kept, sampling), encoding="utf-8")
    return 0 if share >= options.at_least else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.kernel.mutation", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs found")
    parser.add_argument("--only", nargs="+", help="names of files")
    parser.add_argument("--sample", type=float, default=1, help="share of the mutants to try")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--at-least", type=float, default=90, help="per cent that must be found")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> list[Mutant]:
    files = [*sorted(SOURCES.glob("*.py")), *sorted(KERNEL.glob("*.py"))]
    every = [
        mutant
        for path in files
        for mutant in mutants_of(path)
        if options.only is None or path.name in options.only
    ]
    # The same sample each time, so that a second run compares with the first.
    return every if options.sample == 1 else random.Random(0).sample(every, int(len(every) * options.sample))


def _module(mutant: Mutant) -> str:
    """The module that a mutated file is."""
    stem = Path(mutant.file).stem
    if (SOURCES / mutant.file).exists():
        return ENGINE if stem == "__init__" else f"{ENGINE}.{stem}"
    return f"kernel.{stem}"


def _package() -> Path:
    """The wheel that was built, unpacked, with the engine as it is in the sources now."""
    wheel = next((ROOT / "dist" / "wheels").glob("amplifier_core-*.whl"), None)
    if wheel is None:
        raise SystemExit("Run `make wheels` first: dist/wheels has no amplifier_core wheel.")
    folder = FOLDER / "package"
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    shutil.copytree(SOURCES, folder / "amplifier_core" / "_engine", dirs_exist_ok=True)
    return folder


def _quickest_first(package: Path) -> list[str]:
    """Scenario names by duration: most mutants are found within the first tenth of a second."""
    run = subprocess.run(
        [sys.executable, "-c", _DURATIONS],
        env={"PYTHONPATH": f"{package}:{DIFFERENTIAL}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    taken: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return sorted(taken, key=lambda name: taken[name])


if __name__ == "__main__":
    sys.exit(main())
