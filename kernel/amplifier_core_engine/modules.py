"""Finding out what a directory holds: the manifest `amplifier.toml`, or a Python package."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from . import arguments

_MODULE_TYPES: Final = frozenset(
    {"orchestrator", "provider", "tool", "context", "hook", "resolver", "approval"}
)


class ModuleResolutionError(RuntimeError):
    """A directory is no module, or its manifest cannot be used."""


class NativeCodeNeeded(NotImplementedError, FileNotFoundError):
    """Only the native engine can find out what this is.

    Also a FileNotFoundError, because that is the one kind that amplifier-core's loader passes on: after any
    other it looks for a Python package, and fails with a sentence about that.
    """


class InvalidManifest(ModuleResolutionError):
    """`amplifier.toml` lacks something, or names something that is not allowed."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"failed to parse amplifier.toml at {folder}: {reason}")


def resolve_module(source_path: str) -> dict[str, Any]:
    """Transport, type and artifact of the module in a directory.

    A manifest decides; without one, a Python package is taken for a tool, as the native engine does.

    Raises:
        ModuleResolutionError: there is no such path, or nothing in it that can be loaded.
        NotImplementedError: it holds a WebAssembly component without a manifest, which only native code can
            look into.
    """
    folder = Path(arguments.text(source_path))
    if not folder.exists():
        raise ModuleResolutionError(f"module path does not exist: {folder}")
    manifest = folder / "amplifier.toml"
    if manifest.is_file():
        return _from_manifest(folder, manifest.read_text(encoding="utf-8"))
    if folder.is_dir() and any(entry.suffix == ".wasm" for entry in folder.iterdir()):
        raise NativeCodeNeeded(
            f"{folder} holds a WebAssembly component; "
            "finding out its type needs the native amplifier-core wheel."
        )
    package = _python_package(folder)
    if package is None:
        raise ModuleResolutionError(
            f"could not detect module transport at {folder}. "
            "Expected: .wasm file, amplifier.toml, or Python package (__init__.py)."
        )
    return _described("python", "tool", package_name=package)


def _from_manifest(folder: Path, written: str) -> dict[str, Any]:
    try:
        document = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise InvalidManifest(folder, f"TOML parse error: {error}") from error
    module = document.get("module")
    if not isinstance(module, dict):
        raise InvalidManifest(folder, "missing [module] section")
    module_type = module.get("type")
    if not isinstance(module_type, str):
        raise InvalidManifest(folder, "missing 'type' field in [module] section")
    if module_type not in _MODULE_TYPES:
        raise InvalidManifest(folder, f"unknown module type: {module_type}")
    match module.get("transport"):
        case "grpc":
            return _described("grpc", module_type, endpoint=_endpoint(folder, document))
        case "wasm":
            return _described("wasm", module_type, artifact_path=_wasm_path(folder, module))
        case "rust":
            return _described("rust", module_type, crate_name=_crate(folder, module))
        case _:  # unknown transports are Python, in the native engine as well
            return _described("python", module_type, package_name=folder.name or "unknown")


def _described(transport: str, module_type: str, **artifact: str) -> dict[str, Any]:
    return {"transport": transport, "module_type": module_type, "artifact_type": transport, **artifact}


def _endpoint(folder: Path, document: dict[str, Any]) -> str:
    section = document.get("grpc")
    endpoint = section.get("endpoint") if isinstance(section, dict) else None
    if not isinstance(endpoint, str):
        raise InvalidManifest(folder, "gRPC transport requires [grpc] section with 'endpoint' field")
    return endpoint


def _wasm_path(folder: Path, module: dict[str, Any]) -> str:
    name = module.get("artifact")
    if not isinstance(name, str):
        name = "module.wasm"
    # A manifest comes from elsewhere: it must not reach files outside its own directory.
    if "/" in name or "\\" in name or name.startswith("."):
        raise InvalidManifest(folder, "artifact must be a simple filename, not a path")
    path = folder / name
    if path.exists() and not path.resolve().is_relative_to(folder.resolve()):
        raise InvalidManifest(folder, "artifact path escapes module directory")
    return str(path)


def _crate(folder: Path, module: dict[str, Any]) -> str:
    name = module.get("crate")
    if not isinstance(name, str):
        raise InvalidManifest(folder, "Rust transport requires 'crate' field in [module] section")
    if "/" in name or "\\" in name or ".." in name or name.startswith("."):
        raise InvalidManifest(folder, f"crate name '{name}' must be a simple identifier, not a path")
    return name


def _python_package(folder: Path) -> str | None:
    if (folder / "__init__.py").is_file():
        return folder.name.replace("-", "_")
    if not folder.is_dir():
        return None
    for entry in sorted(folder.iterdir()):
        if (entry / "__init__.py").is_file():
            return entry.name
    return None
