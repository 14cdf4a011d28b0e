"""amplifier_core's pytest plugin in Pyodide: authors of modules test them where they will run."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from tests.pyodide.harness import WHEELS, Run
from tools.serve import serving

# pytest itself, in pure Python, from the environment of these tests.
PACKAGES = ("py", "pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "pytest_asyncio")
MODULE = "amplifier-module-tool-echo"
TEST = """
async def mounts(coordinator):
    await coordinator.mount("tools", object(), name="echo")


def test_the_fixtures_are_there(coordinator, module_type, module_path):
    assert type(coordinator).__name__ == "MockCoordinator"
    assert module_type == "tool"
    assert module_path.name == "amplifier_module_tool_echo"


def test_a_module_can_be_mounted(coordinator):
    try:
        mounts(coordinator).send(None)
    except StopIteration:
        pass
    assert list(coordinator.get("tools")) == ["echo"]


def test_that_fails():
    assert 1 == 2
"""
RUN = """
import contextlib, importlib.metadata, io, os, sys
from pathlib import Path

sys.path.append("/packages")
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
plugins = [point.value for point in importlib.metadata.distribution("amplifier-core").entry_points]
import pytest


class Report:
    lines = []

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome == "failed":
            self.lines.append(f"{report.nodeid.rpartition('::')[2]} {report.outcome}")


os.chdir("/module")
said = io.StringIO()
with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
    options = ["-q", "-s", "-p", "pytest_asyncio", "-p", "amplifier_core.pytest_plugin", "tests"]
    code = int(pytest.main(options, plugins=[Report()]))
assert code < 2, said.getvalue()
"\\n".join([*plugins, *Report.lines])
"""


def test_the_plugin_is_registered_and_its_fixtures_work(tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        if spec.submodule_search_locations is None:
            shutil.copy(spec.origin, packages)
        else:
            shutil.copytree(Path(spec.origin).parent, packages / name)
    # It asks for its own version.
    info = next(Path(pytest.__file__).parents[1].glob("pytest_asyncio-*.dist-info"))
    shutil.copytree(info, packages / info.name)
    module = tmp_path / MODULE
    (module / "amplifier_module_tool_echo").mkdir(parents=True)
    (module / "amplifier_module_tool_echo" / "__init__.py").touch()
    (module / "tests").mkdir()
    (module / "tests" / "test_echo.py").write_text(TEST, encoding="utf-8")
    mounts = {str(packages): "/packages", str(module): f"/module/{MODULE}"}
    code = RUN.replace('os.chdir("/module")', f'os.chdir("/module/{MODULE}")')
    with serving(WHEELS) as url:
        result = Run(
            "lock", url, tmp_path, code={"plugin": code}, install=["amplifier-core"], mounts=mounts
        ).result()
    assert result["boot"] is None, result["boot"]
    outcome = result["checks"][0]
    assert outcome["passed"], outcome["error"]
    assert outcome["value"].splitlines() == [
        "amplifier_core.pytest_plugin",
        "test_the_fixtures_are_there passed",
        "test_a_module_can_be_mounted passed",
        "test_that_fails failed",
    ]
