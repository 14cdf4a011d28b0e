"""Puts the pure-Python engine into the official amplifier-core wheel, in place of the native one.

Everything else in the wheel stays as Microsoft published it, licence included. What goes: the shared object,
the gRPC stubs that it comes with (grpcio does not exist in Pyodide), the loader that uses them (ours, in its
place, says so), and the command line (it needs click, and there is no command line in a browser).
"""

from __future__ import annotations

import ast
import base64
import hashlib
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from kernel.stub import declarations

ENGINE = Path(__file__).with_name("amplifier_core_engine")
REPLACEMENTS = Path(__file__).with_name("replacements")
LOCAL_VERSION = "pyodide.1"
_PACKAGE = "amplifier_core"
_ENGINE_MODULE = f"{_PACKAGE}._engine"
_STUB = f"{_PACKAGE}/_engine/__init__.pyi"

# In the official wheel's metadata, but imported nowhere outside the command line and the gRPC loader.
_UNUSED_REQUIREMENTS = ("click", "pyyaml", "tomli")
_DROPPED_FOLDERS = (f"{_PACKAGE}/_grpc_gen/",)
_DROPPED_FILES = (f"{_PACKAGE}/cli.py", f"{_PACKAGE}/_engine.pyi")
_SUMMARY = "The kernel of Amplifier with its engine in pure Python, for Pyodide"
_NOTICE = """\
> **Repackaged.** The Python files are those of the official amplifier-core {official} wheel. Its native
> engine is replaced by one in pure Python, made by the webllm-provider project; the gRPC stubs and the
> command line are left out. Report problems of this build there, not to Microsoft. What follows is official.
"""
# The earliest time that a zip entry can have: the same bytes on every day.
_TIME = (1980, 1, 1, 0, 0, 0)


class RepackagingError(Exception):
    """The official wheel is not as expected."""


class UnknownEngineNames(RepackagingError):
    """The wheel's Python files import, or its type stub declares, names that the pure engine lacks."""

    def __init__(self, missing: Mapping[str, str]) -> None:
        self.names = sorted(missing)
        listed = ", ".join(f"{name} (in {file})" for name, file in sorted(missing.items()))
        super().__init__(f"kernel/amplifier_core_engine lacks names that this release needs: {listed}")


class NoSuchFile(RepackagingError):
    """The wheel lacks a file that it must have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The official wheel has no {name}.")


def repackaged(official: Path, folder: Path) -> Path:
    """Writes the repackaged wheel into a folder and returns its path.

    Raises:
        RepackagingError: a file is missing, or the release needs an engine name that ours does not have.
    """
    with zipfile.ZipFile(official) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    info = _dist_info(files)
    version = f"{info.removesuffix('.dist-info').partition('-')[2]}+{LOCAL_VERSION}"
    new_info = f"{_PACKAGE}-{version}.dist-info"
    kept = {name.replace(info, new_info, 1): content for name, content in files.items() if _stays(name, info)}
    kept |= _engine(files) | _replacements(kept)
    require_engine_names(kept)
    kept[f"{new_info}/METADATA"] = _metadata(kept[f"{new_info}/METADATA"], version)
    kept[f"{new_info}/WHEEL"] = _wheel()
    kept[f"{new_info}/entry_points.txt"] = _entry_points(kept[f"{new_info}/entry_points.txt"])
    kept[f"{new_info}/RECORD"] = _record(kept, f"{new_info}/RECORD")
    return _written(kept, new_info, folder / f"{_PACKAGE}-{version}-py3-none-any.whl")


def _dist_info(files: Iterable[str]) -> str:
    for name in files:
        if name.endswith(".dist-info/METADATA"):
            return name.partition("/")[0]
    raise NoSuchFile("METADATA")


def _stays(name: str, info: str) -> bool:
    if name.startswith(_DROPPED_FOLDERS) or name in _DROPPED_FILES:
        return False
    if PurePosixPath(name).suffix in {".so", ".pyd", ".dylib"}:
        return False
    # The bill of materials lists the crates of the engine that is not inside any more.
    return not name.startswith(f"{info}/sboms/")


def _engine(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Our engine as a package, with the official type stub beside it."""
    engine = {f"{_PACKAGE}/_engine/{path.name}": path.read_bytes() for path in sorted(ENGINE.glob("*.py"))}
    stub = files.get(f"{_PACKAGE}/_engine.pyi")
    if stub is not None:
        engine[_STUB] = stub
    return engine


def _replacements(kept: Mapping[str, bytes]) -> dict[str, bytes]:
    """Our files in the place of official ones of the same name."""
    replaced = {f"{_PACKAGE}/{path.name}": path.read_bytes() for path in sorted(REPLACEMENTS.glob("*.py"))}
    for name in replaced:
        if name not in kept:
            # The official file was renamed or is gone: somebody has to look at what took its place.
            raise NoSuchFile(name)
    return replaced


def require_engine_names(files: Mapping[str, bytes]) -> None:
    """Checks that every name imported from the engine, or declared in its type stub, exists in ours.

    Raises:
        UnknownEngineNames: with each missing name and a file that imports it.
    """
    offered = engine_names()
    missing: dict[str, str] = {}
    for file, content in files.items():
        if file.endswith(".py") and not file.startswith(f"{_PACKAGE}/_engine/"):
            missing |= {name: file for name in _imported_names(file, content) if name not in offered}
        elif file == _STUB:
            declared = {name for name in declarations(content) if "." not in name}
            missing |= dict.fromkeys(declared - offered, file)
    if missing:
        raise UnknownEngineNames(missing)


def _imported_names(file: str, content: bytes) -> set[str]:
    package = PurePosixPath(file).parent.parts
    names: set[str] = set()
    for node in ast.walk(ast.parse(content, file)):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            if ".".join([*base, *([node.module] if node.module else [])]) == _ENGINE_MODULE:
                names |= {alias.name for alias in node.names}
    return names


def engine_names() -> set[str]:
    """Names that our `amplifier_core._engine` has: what its `__init__` defines, and the constants."""
    names: set[str] = set()
    for file in ("__init__.py", "constants.py"):
        for node in ast.parse((ENGINE / file).read_bytes(), file).body:
            if isinstance(node, ast.ImportFrom):
                names |= {alias.asname or alias.name for alias in node.names}
            elif isinstance(node, ast.Assign):
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                names.add(node.target.id)
    return names


def _metadata(official: bytes, version: str) -> bytes:
    head, separator, description = official.decode("utf-8").partition("\n\n")
    replaced = {"Version": version, "Summary": _SUMMARY}
    lines = []
    for line in head.splitlines():
        field, _, value = line.partition(": ")
        unused = field == "Requires-Dist" and value.lower().startswith(_UNUSED_REQUIREMENTS)
        if not unused and value != "Programming Language :: Rust":
            lines.append(f"{field}: {replaced[field]}" if field in replaced else line)
    notice = _NOTICE.format(official=version.partition("+")[0])
    return ("\n".join(lines) + f"{separator}{notice}\n{description}").encode("utf-8")


def _wheel() -> bytes:
    return (
        b"Wheel-Version: 1.0\nGenerator: webllm-provider kernel\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )


def _entry_points(official: bytes) -> bytes:
    """The entry points without the console script, whose module is not inside."""
    kept: list[str] = []
    section = ""
    for line in official.decode("utf-8").splitlines():
        if line.startswith("["):
            section = line
        if section != "[console_scripts]":
            kept.append(line)
    return ("\n".join(kept).strip() + "\n").encode("utf-8")


def _record(files: Mapping[str, bytes], own_name: str) -> bytes:
    lines = []
    for name in sorted(files):
        if name != own_name:
            digest = (
                base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode("ascii")
            )
            lines.append(f"{name},sha256={digest},{len(files[name])}")
    return "\n".join([*lines, f"{own_name},,", ""]).encode("utf-8")


def _written(files: Mapping[str, bytes], info: str, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Metadata last, as the wheel format advises.
    names = sorted(files, key=lambda name: (name.startswith(info), name))
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name], compresslevel=9)
    return path
