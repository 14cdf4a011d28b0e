"""Where a server is, and the secrets that go with it (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..errors import RequestRefused, engine_error

SHORTEST_SECRET = 6
"""Characters; shorter values of headers are no secrets, and would be cut out of every sentence."""


@dataclass(frozen=True)
class Address:
    """A base URL with the headers of its requests; the headers never show."""

    base_url: str
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    def at(self, path: str) -> str:
        """The URL of a path below the base."""
        return f"{self.base_url}/{path}"

    @property
    def beside(self) -> str:
        """The base without its version: where llama.cpp keeps what is not OpenAI's."""
        return self.base_url.removesuffix("/v1")


def read_address(base_url: str, api_key: str | None, headers: Mapping[str, str] | None) -> Address:
    """Check an address.

    Raises:
        RequestRefused: it is no http or https URL, or holds more than a place.
    """
    parts = urlsplit(base_url.strip())
    # The sentences do not quote the URL: it may hold what should not be shown.
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _bad("base_url must begin with http:// or https:// and name a host.")
    if parts.username or parts.password:
        raise _bad("base_url must not hold a name or a password.", "Give the key as api_key.")
    if parts.query or parts.fragment:
        raise _bad("base_url must not have a query or a fragment.", "Give keys as api_key or in headers.")
    own = {name.lower(): value.strip(" ") for name, value in (headers or {}).items()}
    key = (api_key or "").strip(" ")
    if not all(_fits_a_header(part) for part in (key, *own, *own.values())):
        raise _bad("A header or the API key holds a character that no header can.")
    if key:
        own.setdefault("authorization", f"Bearer {key}")
    secrets = {value for value in own.values() if len(value) >= SHORTEST_SECRET} | ({key} if key else set())
    return Address(base_url.strip().rstrip("/"), own, tuple(sorted(secrets, key=len, reverse=True)))


def _fits_a_header(text: str) -> bool:
    """Clients encode headers in ASCII, or fail with an error that holds the whole text."""
    return text.isascii() and text.isprintable()


def _bad(sentence: str, hint: str | None = None) -> Exception:
    return engine_error(
        "invalid_request", sentence, hint=hint, details={"field": "base_url"}, kind=RequestRefused
    )
