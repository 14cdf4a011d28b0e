"""Names of the native engine that cannot exist without native code.

They can be imported, so that code which merely mentions them keeps working; using one says what is missing.
"""

from __future__ import annotations

from typing import Any, NoReturn


def _unavailable(what: str) -> NoReturn:
    raise NotImplementedError(
        f"{what} needs native code, which this pure-Python build of amplifier-core does not have. "
        "Use the native amplifier-core wheel on CPython."
    )


def load_wasm_from_path(source_path: str) -> dict[str, Any]:
    """Not available: loads a WebAssembly module."""
    _unavailable("Loading a WebAssembly module")


def load_and_mount_wasm(coordinator: Any, path: str) -> dict[str, Any]:
    """Not available: loads and mounts a WebAssembly module."""
    _unavailable("Mounting a WebAssembly module")


def proto_chat_request_to_json(proto_bytes: bytes) -> str:
    """Not available: decodes a protobuf chat request."""
    _unavailable("Decoding a protobuf ChatRequest")


def json_to_proto_chat_response(json_str: str) -> bytes:
    """Not available: encodes a protobuf chat response."""
    _unavailable("Encoding a protobuf ChatResponse")


class _WasmModule:
    """A module written in WebAssembly; only the native engine makes instances."""

    def __init__(self, *_: Any, **__: Any) -> None:
        _unavailable(type(self).__name__)


class WasmTool(_WasmModule):
    """A tool written in WebAssembly."""


class WasmProvider(_WasmModule):
    """A provider written in WebAssembly."""


class WasmHook(_WasmModule):
    """A hook handler written in WebAssembly."""


class WasmContext(_WasmModule):
    """A context manager written in WebAssembly."""


class WasmOrchestrator(_WasmModule):
    """An orchestrator written in WebAssembly."""


class WasmApproval(_WasmModule):
    """An approval provider written in WebAssembly."""
