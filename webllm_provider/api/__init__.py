"""The model as an HTTP API: one ASGI application, inside Pyodide and under a server.

app = create_app(SingleEngine(transport))
"""

from __future__ import annotations

try:
    import starlette as _starlette
except ImportError as error:
    raise ImportError(
        "webllm_provider.api needs Starlette. Install it: pip install 'webllm-provider[api]', "
        "or in a browser micropip.install('starlette')."
    ) from error

from .app import create_app
from .engines import Engines, SingleEngine
from .settings import Settings

del _starlette

__all__ = ["Engines", "Settings", "SingleEngine", "create_app"]
