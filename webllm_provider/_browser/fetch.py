"""Reading a small file over the network, and where relative addresses count from."""

from __future__ import annotations

from typing import Any

from .scope import browser_scope, foreign


async def fetch_text(url: str) -> str | None:
    """The text at a URL; None where there is none to be read: no file, no answer, no leave to read it."""
    scope, ffi = browser_scope(), foreign()
    ending = scope.AbortController.new()
    ended = False
    try:
        options: Any = ffi.to_js({"signal": ending.signal}, dict_converter=scope.Object.fromEntries)
        response = await scope.fetch(url, options)
        text = str(await response.text()) if response.ok else None
        ended = True
        return text
    except ffi.JsException:
        ended = True
        return None
    finally:
        if not ended:
            ending.abort()


def absolute(url: str) -> str:
    """A URL as the page means it: a relative one counts from the page, or from the worker's script."""
    scope = browser_scope()
    if scope.URL.canParse(url):
        return url
    document = getattr(scope, "document", None)
    base = scope.location.href if document is None else document.baseURI
    return str(scope.URL.new(url, base).href)
