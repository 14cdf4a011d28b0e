"""The browser, as Python sees it from Pyodide: the only package that imports `js` or `pyodide.ffi`.

It imports them when it runs there and not before, so the package imports everywhere. Two rules keep
Pyodide's event loop alive: no JavaScript async generator is ever iterated, and a cancelled wait tells
JavaScript first and then lets the cancellation go on.
"""

from __future__ import annotations

from .bridge import BridgeTransport
from .registration import set_llm_bridge
from .scope import browser_scope, in_browser
from .storage import BrowserStorage, has_storage

__all__ = [
    "BridgeTransport",
    "BrowserStorage",
    "browser_scope",
    "has_storage",
    "in_browser",
    "set_llm_bridge",
]
