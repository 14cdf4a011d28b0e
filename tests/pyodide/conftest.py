"""One Pyodide for each way to install, started once and shared by all tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from tests.pyodide.harness import DIFFERENTIAL, DIFFERENTIAL_CODE, PYODIDE, WHEELS, Run, checks
from tools.serve import serving


@pytest.fixture(scope="session", autouse=True)
def what_is_needed() -> None:
    """Fails with what to do where a part of the set-up is missing."""
    assert shutil.which("node"), "Node is needed: it runs Pyodide."
    assert (PYODIDE / "pyodide.mjs").exists(), f"{PYODIDE} is missing: cd web && npm ci"
    assert (WHEELS / "pyodide-lock.json").exists(), f"{WHEELS} is not filled: ./build_wheel.sh"


@pytest.fixture(scope="session")
def wheels_url() -> Iterator[str]:
    """The wheels, the index and the lock file, served on localhost as any static host would."""
    with serving(WHEELS) as base:
        yield base


@pytest.fixture(scope="session")
def results(wheels_url: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """What every check did, for each way to install; a way is run when it is first asked for."""

    @cache
    def ran(boot: str) -> dict[str, Any]:
        code = {check.name: check.code for check in checks()}
        # Last: what it prints would be in the way of nothing, but it takes longest.
        code["differential"] = DIFFERENTIAL_CODE
        run = Run(
            boot=boot,
            folder=tmp_path_factory.mktemp(boot),
            code=code,
            wheels=wheels_url,
            mounts={str(DIFFERENTIAL): "/differential"},
        )
        return run.result()

    return ran
