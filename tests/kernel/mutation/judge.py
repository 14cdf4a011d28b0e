"""Whether a mutant is found: by a scenario that no longer agrees with the native engine, or by a test.

Runs in a process of its own for each mutant, forked from one that has imported everything but the kernel.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.abc
import importlib.util
import logging
import os
import sys
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis  # noqa: F401  (imported once, before the forks, because it takes long)
import pytest

from tests.kernel.differential.comparing import disagreements, of_scenario

ROOT = Path(__file__).resolve().parents[3]
DIFFERENTIAL = ROOT / "tests" / "kernel" / "differential"
ENGINE = "amplifier_core._engine"
SOURCES = "kernel.amplifier_core_engine"
ENGINE_TESTS = (
    "tests/kernel/test_completeness.py",
    "tests/kernel/test_dependencies.py",
    "tests/kernel/test_engine.py",
    "tests/kernel/test_properties.py",
)
BUILD_TESTS = (
    "tests/kernel/test_completeness.py",
    "tests/kernel/test_repackage.py",
    "tests/kernel/test_build.py",
)

# The slowest takes a third of a second; many mutants end in waiting for ever.
LONGEST_SCENARIO_S = 4.0


@dataclass(frozen=True)
class Trial:
    """What is to be judged: the kernel with the source of one module replaced (or of none)."""

    package: Path
    """Folder of an amplifier_core whose engine is ours."""
    native: Mapping[str, Any]
    order: Sequence[str]
    """The scenarios, the quickest first."""
    module: str = ""
    source: str = ""


class _Replaced(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module with another source, in its usual place."""

    def __init__(self, module: str, source: str) -> None:
        self._module, self._source = module, source

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self._module:
            return None
        sys.meta_path.remove(self)
        usual = importlib.util.find_spec(name)
        assert usual is not None
        assert usual.origin is not None
        spec = importlib.util.spec_from_file_location(
            name, usual.origin, loader=self, submodule_search_locations=usual.submodule_search_locations
        )
        assert spec is not None
        return spec

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, str(module.__file__), "exec"), vars(module))


def findings(trial: Trial) -> str | None:
    """Who found the mutant: `scenario <name>`, `tests`, `import`; None if nobody did."""
    os.chdir(ROOT)
    sys.path[:0] = [str(trial.package), str(DIFFERENTIAL)]
    if trial.module:
        sys.meta_path.insert(0, _Replaced(trial.module, trial.source))
    logging.disable(logging.CRITICAL)
    if trial.module.startswith("kernel."):
        return _failing(BUILD_TESTS)
    try:
        import amplifier_core  # noqa: F401

        _under_the_name_of_its_sources()
    except BaseException:
        return "import"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scenario = asyncio.run(_first_disagreement(trial))
    return f"scenario {scenario}" if scenario is not None else _failing(ENGINE_TESTS)


def _under_the_name_of_its_sources() -> None:
    """Lets the tests, which import the engine from its sources, see the engine that is judged."""
    for file in sorted((ROOT / "kernel" / "amplifier_core_engine").glob("[a-z]*.py")):
        importlib.import_module(f"{ENGINE}.{file.stem}")
    for name, module in list(sys.modules.items()):
        if name == ENGINE or name.startswith(f"{ENGINE}."):
            sys.modules[name.replace(ENGINE, SOURCES, 1)] = module


async def _first_disagreement(trial: Trial) -> str | None:
    observe: Any = importlib.import_module("observe")
    observe.load_scenarios()
    for name in trial.order:
        if disagreements(of_scenario(name, trial.native), await observe.observed(name, LONGEST_SCENARIO_S)):
            return name
    return None


def _failing(files: Iterable[str]) -> str | None:
    logging.disable(logging.NOTSET)
    code = pytest.main(["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:cov", *files])
    return None if code == pytest.ExitCode.OK else "tests"


async def durations() -> dict[str, float]:
    """Seconds that each scenario takes on the engine as it is."""
    observe: Any = importlib.import_module("observe")
    observe.load_scenarios()
    taken: dict[str, float] = {}
    for name in observe.SCENARIOS:
        began = time.perf_counter()
        with contextlib.suppress(Exception):
            await observe.observed(name)
        taken[name] = time.perf_counter() - began
    return taken
