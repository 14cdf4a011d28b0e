"""A release of amplifier-core beside the pinned one: its engine's names, and what the scenarios see on it."""

from __future__ import annotations

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from kernel.repackage import RepackagingError, UnknownEngineNames, repackaged
from kernel.stub import Declarations, declarations
from kernel.watch.changes import Change, compared
from tests.kernel.differential.comparing import disagreements
from tests.kernel.engines import EngineFailed, observed
from tools.wheels.fetch import Pin, sha256

_STUB = "amplifier_core/_engine.pyi"


def changes(pinned: Path, pin: Pin, newest: Path) -> tuple[str, list[Change]]:
    """The release that was looked at, and what is different in it."""
    version = newest.name.split("-")[1]
    release = f"{pin.name} {version}"
    found = compared(release, "names in the engine's type stub", _declared(pinned), _declared(newest))
    if version == pin.version and sha256(newest) != pin.sha256:
        found.append(Change(release, "Other bytes under the pinned version", (f"sha256 {sha256(newest)}",)))
    return release, [*found, *_behaviour(newest, release)]


def _declared(wheel: Path) -> Declarations:
    with zipfile.ZipFile(wheel) as archive:
        return declarations(archive.read(_STUB)) if _STUB in archive.namelist() else {}


def _behaviour(newest: Path, release: str) -> list[Change]:
    """What the scenarios see on its native engine and on ours in its Python files."""
    with TemporaryDirectory() as folder:
        native, ours = Path(folder) / "native", Path(folder) / "ours"
        try:
            _unpacked(newest, native)
            _unpacked(repackaged(newest, Path(folder)), ours)
            differing = disagreements(observed(native), observed(ours))
        except UnknownEngineNames as error:
            return [Change(release, "Names that our engine lacks", tuple(error.names))]
        except (RepackagingError, EngineFailed) as error:
            return [Change(release, "The scenarios do not run", (_last_line(error),))]
    names = tuple(paragraph.partition("\n")[0] for paragraph in differing)
    names = tuple(name for name in names if name != "engine")
    return [Change(release, "Observations that differ from ours", names)] if names else []


def _unpacked(wheel: Path, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)


def _last_line(error: Exception) -> str:
    return str(error).strip().rpartition("\n")[2]
