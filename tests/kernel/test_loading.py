"""amplifier-core's own loader, on our engine, with modules that only the native wheel can run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import asyncio, json, sys
from pathlib import Path
from amplifier_core import ModuleCoordinator
from amplifier_core.loader import ModuleLoader
from types import SimpleNamespace


class Source:
    def resolve(self):
        return Path(sys.argv[1])


class Resolver:
    def resolve(self, module_id, **_):
        return Source()


async def main():
    session = SimpleNamespace(session_id="s", parent_id=None, config={})
    coordinator = ModuleCoordinator(session)
    await coordinator.mount("module-source-resolver", Resolver())
    try:
        mount = await ModuleLoader(coordinator=coordinator).load("tool-x", {}, coordinator=coordinator)
        await mount(coordinator)
    except Exception as error:
        print(json.dumps([isinstance(error, NotImplementedError), str(error)]))


asyncio.run(main())
"""


def outcome(package: Path, module: Path) -> tuple[bool, str]:
    """Whether loading a folder ends in NotImplementedError, and its text."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(module)],
        env={"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    not_implemented, text = json.loads(run.stdout)
    return bool(not_implemented), str(text)


@pytest.mark.parametrize(
    ("transport", "section"),
    [("wasm", ""), ("grpc", '[grpc]\nendpoint = "localhost:1"\n')],
)
def test_a_manifest_that_asks_for_native_code_ends_in_a_sentence_about_it(
    transport: str, section: str, unpacked_wheel: Path, tmp_path: Path
) -> None:
    (tmp_path / "amplifier.toml").write_text(
        f'[module]\ntype = "tool"\ntransport = "{transport}"\n{section}', encoding="utf-8"
    )
    not_implemented, text = outcome(unpacked_wheel, tmp_path)
    assert not_implemented, text
    assert "native amplifier-core wheel" in text


def test_a_component_without_a_manifest_does_too(unpacked_wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "tool.wasm").touch()
    not_implemented, text = outcome(unpacked_wheel, tmp_path)
    assert not_implemented, text
    assert "native amplifier-core wheel" in text


def test_a_tool_behind_grpc_cannot_be_made_by_hand(unpacked_wheel: Path) -> None:
    code = "from amplifier_core.loader_grpc import GrpcToolBridge; GrpcToolBridge('n', 'd', '{}', 'e')"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(unpacked_wheel)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "NotImplementedError" in run.stderr
    assert "native amplifier-core wheel" in run.stderr
