"""`amplifier_core._engine` in pure Python: the kernel of Amplifier where native code cannot run.

The names and their behaviour are those of the native engine of amplifier-core 2.0.2, measured by running the
same scenarios on both (tests/kernel). The names say Rust because modules import them; nothing here is.
"""

from __future__ import annotations

# First: it says what is missing, before an import below fails over one part of it.
from . import dependencies  # noqa: F401
from .cancellation import RustCancellationToken
from .constants import *  # noqa: F403  (43 events and 16 capabilities, listed in __all__ below)
from .constants import __all__ as _constants
from .coordinator import RustCoordinator
from .hooks import RustHookRegistry, RustUnregisterFn
from .modules import resolve_module
from .native_only import (
    WasmApproval,
    WasmContext,
    WasmHook,
    WasmOrchestrator,
    WasmProvider,
    WasmTool,
    json_to_proto_chat_response,
    load_and_mount_wasm,
    load_wasm_from_path,
    proto_chat_request_to_json,
)
from .provider_errors import ProviderError, classify_error_message
from .retry import RetryConfig, compute_delay
from .session import RustSession
from .tool_results import _normalize_tool_result_content, _tool_result_safe_hook_presentation

__version__ = "2.0.2"

# Asked by modules that mean "is there a kernel?". ENGINE tells which one it is.
RUST_AVAILABLE = True
ENGINE = "python"

__all__ = [  # noqa: PLE0604  (the constants name themselves)
    "RUST_AVAILABLE",
    "ProviderError",
    "RetryConfig",
    "RustCancellationToken",
    "RustCoordinator",
    "RustHookRegistry",
    "RustSession",
    "RustUnregisterFn",
    "WasmApproval",
    "WasmContext",
    "WasmHook",
    "WasmOrchestrator",
    "WasmProvider",
    "WasmTool",
    "__version__",
    "_normalize_tool_result_content",
    "_tool_result_safe_hook_presentation",
    "classify_error_message",
    "compute_delay",
    "json_to_proto_chat_response",
    "load_and_mount_wasm",
    "load_wasm_from_path",
    "proto_chat_request_to_json",
    "resolve_module",
    *_constants,
]
