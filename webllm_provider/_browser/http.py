"""Requests by the browser's own fetch: the side in Pyodide of `_http/fetch.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .scope import absent, browser_scope, foreign


class BrowserFetcher:
    """Opens requests with `fetch` and an `AbortController` each."""

    async def open(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> BrowserReply:
        scope, ffi = browser_scope(), foreign()
        ending = scope.AbortController.new()
        options: dict[str, Any] = {"method": method, "headers": dict(headers)}
        if body is not None:
            options["body"] = body
        # No cookies of the page, and what a proxy kept is no answer.
        options |= {"credentials": "omit", "cache": "no-store", "redirect": "manual"}
        given = scope.JSON.parse(json.dumps(options))
        given.signal = ending.signal
        answered = False
        try:
            response = await scope.fetch(url, given)
            answered = True
        except ffi.JsException as error:
            answered = True
            raise _failed(error) from error
        finally:
            if not answered:
                ending.abort()
        return BrowserReply(response, ending)

    async def close(self) -> None:
        """Connections are the browser's."""


class BrowserReply:
    """Pulled piece by piece: a JavaScript iterator must not be handed to Python."""

    def __init__(self, response: Any, ending: Any) -> None:
        self._ending = ending
        self._reader: Any = None if absent(response.body) else response.body.getReader()
        # A redirect that was not followed shows as status 0.
        self.status = int(response.status) or 307
        self.headers: Mapping[str, str] = json.loads(_headers_as_json(response.headers))
        self._over = self._reader is None

    async def read(self) -> bytes:
        if self._over:
            return b""
        ffi = foreign()
        try:
            part = await self._reader.read()
        except ffi.JsException as error:
            self._over = True
            raise _failed(error) from error
        if part.done:
            self._over = True
            return b""
        return bytes(part.value.to_bytes())

    async def close(self) -> None:
        if not self._over:
            self._over = True
            # A read that is still waiting ends as if the body had: nothing is left to reject.
            self._reader.cancel()
            self._ending.abort()


def _headers_as_json(headers: Any) -> str:
    scope = browser_scope()
    return str(scope.JSON.stringify(scope.Object.fromEntries(headers.entries())))


def _failed(error: Any) -> Exception:
    from .._http.fetch import FetchFailed

    return FetchFailed(str(getattr(error, "message", None) or error))
