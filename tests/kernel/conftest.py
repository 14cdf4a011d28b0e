"""Both engines side by side: the native one of this environment, ours from the wheel that was built."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.kernel.engines import observed

# Times are not asserted, not even by way of a busy machine.
hypothesis.settings.register_profile("kernel", deadline=None)
hypothesis.settings.load_profile("kernel")

ROOT = Path(__file__).resolve().parent.parent.parent
WHEELS = ROOT / "dist" / "wheels"


@pytest.fixture(scope="session")
def repackaged_wheel() -> Path:
    """The repackaged wheel in dist/wheels."""
    wheels = sorted(WHEELS.glob("amplifier_core-*.whl"))
    assert len(wheels) == 1, (
        f"Run ./build_wheel.sh first: {WHEELS} holds {len(wheels)} amplifier_core wheels."
    )
    return wheels[0]


@pytest.fixture(scope="session")
def unpacked_wheel(repackaged_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repackaged wheel, unpacked where only a subprocess sees it: the native install stays as it is."""
    folder = tmp_path_factory.mktemp("pure")
    with zipfile.ZipFile(repackaged_wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def native_observations() -> dict[str, Any]:
    """Observations on the native engine."""
    return observed()


@pytest.fixture(scope="session")
def pure_observations(unpacked_wheel: Path) -> dict[str, Any]:
    """Observations on the engine of the repackaged wheel."""
    return observed(unpacked_wheel)
