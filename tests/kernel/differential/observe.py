"""Runs every scenario against the engine that `amplifier_core` imports, and prints what was seen as JSON.

    python tests/kernel/differential/observe.py

The program does not know which engine it runs on. It is started with the native wheel, with the repackaged
wheel first on the path, and inside Pyodide; the outputs are compared by test_differential.py.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import amplifier_core._engine

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from recording import SCENARIOS, Recorder  # noqa: E402  (found through the line above)


def load_scenarios() -> None:
    """Imports every file of scenarios, which registers them."""
    for module in sorted((HERE / "scenarios").glob("[a-z]*.py")):
        importlib.import_module(f"scenarios.{module.stem}")


async def observed(name: str, longest_s: float = 60) -> dict[str, Any]:
    """What one scenario sees within its time, as `{"<module>.<scenario>/<observation>": value}`."""
    recorder = Recorder()
    try:
        # A task of its own: what one scenario leaves in its context must not reach the next.
        await asyncio.wait_for(asyncio.create_task(SCENARIOS[name](recorder)), timeout=longest_s)
    except Exception as error:
        recorder("stopped by", f"{type(error).__name__}: {error}")
    return {f"{name}/{key}": value for key, value in recorder.observations.items()}


async def observe() -> dict[str, Any]:
    """What all scenarios see, and on which engine."""
    load_scenarios()
    observations: dict[str, Any] = {"engine": getattr(amplifier_core._engine, "ENGINE", "native")}
    for name in SCENARIOS:
        observations |= await observed(name)
    return observations


def main() -> None:
    """Prints one JSON object and nothing else on standard output."""
    logging.disable(logging.CRITICAL)  # the texts of log lines are not part of the contract
    warnings.simplefilter("ignore")
    json.dump(asyncio.run(observe()), sys.stdout)


if __name__ == "__main__":
    main()
