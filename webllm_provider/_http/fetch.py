"""The seam to the network, and its side on CPython."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import BridgeMissing, engine_error

if TYPE_CHECKING:
    import httpx


class FetchFailed(Exception):
    """No answer came, or it broke off; the text says what the network said."""


class Reply(Protocol):
    """An answer whose body is read as it comes."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""

    async def read(self) -> bytes:
        """The next bytes; none at the end. FetchFailed where the connection breaks."""

    async def close(self) -> None:
        """End the connection, also in the middle of the body. Safe to repeat."""


class Fetcher(Protocol):
    """What opens requests."""

    async def open(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> Reply:
        """Send a request and wait for the head of its answer. FetchFailed where none comes.

        Cancelling the task ends the request.
        """

    async def close(self) -> None:
        """Give up idle connections. Safe to repeat."""


class HttpxFetcher:
    """Over httpx.

    Args:
        client: one of your own (proxies, certificates, a transport of a test); it stays yours.
    """

    def __init__(self, client: httpx.AsyncClient | None = None) -> None:
        self._httpx: Any = _httpx()
        self._given = client
        self._own: httpx.AsyncClient | None = None

    async def open(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> Reply:
        client = self._client()
        try:
            request = client.build_request(method, url, headers=dict(headers), content=body)
            return _HttpxReply(await client.send(request, stream=True), self._httpx)
        except (self._httpx.HTTPError, self._httpx.InvalidURL) as error:
            raise FetchFailed(_words(error)) from error

    async def close(self) -> None:
        own, self._own = self._own, None
        if own is not None:
            await own.aclose()

    def _client(self) -> httpx.AsyncClient:
        if self._given is not None:
            return self._given
        if self._own is None:
            # The transport has the clocks: it counts the same way in a browser.
            self._own = self._httpx.AsyncClient(timeout=None, follow_redirects=False)
        return self._own


class _HttpxReply:
    def __init__(self, response: httpx.Response, library: Any) -> None:
        self._response = response
        self._httpx = library
        self._bytes: AsyncIterator[bytes] = response.aiter_bytes()
        self.status = response.status_code
        self.headers: Mapping[str, str] = {key.lower(): value for key, value in response.headers.items()}

    async def read(self) -> bytes:
        try:
            return await anext(self._bytes, b"")
        except self._httpx.HTTPError as error:
            raise FetchFailed(_words(error)) from error

    async def close(self) -> None:
        await self._response.aclose()


def _words(error: Exception) -> str:
    return str(error).strip() or type(error).__name__


def _httpx() -> Any:
    try:
        return importlib.import_module("httpx")
    except ImportError as error:
        raise engine_error(
            "unsupported",
            "HttpTransport needs httpx, which is not installed.",
            hint="pip install 'webllm-provider[http]'",
            kind=BridgeMissing,
        ) from error
