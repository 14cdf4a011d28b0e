"""What a wheel says of itself: name, version, requirements, top-level imports."""

from __future__ import annotations

import email
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from tools.wheels.fetch import RUNTIME_PYTHON, sha256

# What a marker of a requirement is held against: the Python of Pyodide, and no extra.
_RUNTIME = {
    "python_version": RUNTIME_PYTHON,
    "python_full_version": f"{RUNTIME_PYTHON}.0",
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "os_name": "posix",
    "extra": "",
}


@dataclass(frozen=True)
class WheelFacts:
    """The facts of one wheel that an index or a lock file needs. `requires` has no optional ones."""

    path: Path
    name: str
    version: str
    requires_python: str | None
    requires: tuple[str, ...]
    imports: tuple[str, ...]
    sha256: str

    @property
    def key(self) -> str:
        """The normalised name (PEP 503)."""
        return normalised(self.name)


def normalised(name: str) -> str:
    """A project's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def facts(path: Path) -> WheelFacts:
    """Reads the facts of a wheel file."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        metadata_name = next(name for name in names if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(metadata_name))
    return WheelFacts(
        path=path,
        name=metadata["Name"],
        version=metadata["Version"],
        requires_python=metadata["Requires-Python"],
        requires=_required(metadata.get_all("Requires-Dist") or []),
        imports=_imports(names),
        sha256=sha256(path),
    )


def _required(requirements: list[str]) -> tuple[str, ...]:
    """Normalised names of what is required in Pyodide; those of extras and of other Pythons are not."""
    read = [Requirement(requirement) for requirement in requirements]
    needed = [one for one in read if one.marker is None or one.marker.evaluate(_RUNTIME)]
    return tuple(sorted({normalised(one.name) for one in needed}))


def _imports(names: list[str]) -> tuple[str, ...]:
    tops = {name.partition("/")[0] for name in names if "/" in name}
    packages = {top for top in tops if f"{top}/__init__.py" in names}
    modules = {name.removesuffix(".py") for name in names if "/" not in name and name.endswith(".py")}
    return tuple(sorted(packages | modules))
