"""A language model that runs inside the browser, as a provider of the Amplifier agent kernel.

session = await create_session()
print(await session.execute("What can you do?"))
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from ._batch import BatchRun, TextCompletion
from ._browser import set_llm_bridge
from ._commands import EngineCommands, engine
from ._connect import Engine, connect
from ._http import HttpTransport
from ._load import load_model
from ._mount import mount
from ._sources import EngineSources
from ._websocket import WebSocketTransport
from .config import ProviderConfig
from .errors import (
    Aborted,
    AccessRefused,
    AnswerInvalid,
    AnswerWithheld,
    BridgeMissing,
    ConsentRequired,
    ContextExceeded,
    DeviceUnsupported,
    DownloadFailed,
    EngineBusy,
    EngineError,
    EngineFailed,
    EngineLost,
    EngineTimeout,
    EngineUnavailable,
    KeyRefused,
    ModelNotFound,
    ModelNotLoaded,
    ProtocolMismatch,
    RequestRefused,
    ServerUnavailable,
    ServerUnreachable,
    StorageFull,
    StreamBroken,
    TooManyRequests,
)
from .provider import WebLLMProvider
from .structured import structured

__amplifier_module_type__ = "provider"
__version__ = version("webllm-provider")


async def create_session(**options: Any) -> Any:
    """An initialised `AmplifierSession`; see `webllm_provider.session.create_session`."""
    from .session import create_session as create

    return await create(**options)


__all__ = [
    "Aborted",
    "AccessRefused",
    "AnswerInvalid",
    "AnswerWithheld",
    "BatchRun",
    "BridgeMissing",
    "ConsentRequired",
    "ContextExceeded",
    "DeviceUnsupported",
    "DownloadFailed",
    "Engine",
    "EngineBusy",
    "EngineCommands",
    "EngineError",
    "EngineFailed",
    "EngineLost",
    "EngineSources",
    "EngineTimeout",
    "EngineUnavailable",
    "HttpTransport",
    "KeyRefused",
    "ModelNotFound",
    "ModelNotLoaded",
    "ProtocolMismatch",
    "ProviderConfig",
    "RequestRefused",
    "ServerUnavailable",
    "ServerUnreachable",
    "StorageFull",
    "StreamBroken",
    "TextCompletion",
    "TooManyRequests",
    "WebLLMProvider",
    "WebSocketTransport",
    "__version__",
    "connect",
    "create_session",
    "engine",
    "load_model",
    "mount",
    "set_llm_bridge",
    "structured",
]
