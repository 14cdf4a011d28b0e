"""Bearer tokens of an identity provider: any that speaks OpenID Connect. No secret of its stands here.

Its keys are fetched when the first token comes, and again when a token names one that is not known.
Only signatures by a key pair are taken: a token can be checked with what everybody may know.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt

from .problems import Problem

logger = logging.getLogger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY_S = 30
"""Clocks differ."""
REFETCH_S = 60.0
"""Who invents key names cannot make this server ask its provider more often."""
RETRY_S = 5.0
"""The same for a provider that does not answer."""
FETCH_WITHIN_S = 10.0
LONGEST_TOKEN = 16 * 1024


class OidcTokens:
    """`Identify` for the tokens that an issuer has signed for this audience.

    Args:
        issuer: its address, as it stands in the tokens' `iss`; https, or on this machine http.
        audience: what must stand in `aud`.

    Raises:
        ValueError: tokens of that issuer could be forged on the way.
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        fetch: Callable[[str], Any] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        place = urlsplit(issuer)
        if place.scheme != "https" and place.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError(f"The issuer {issuer} has to be reached over https.")
        self._issuer = issuer
        self._audience = audience
        self._fetch = fetch or _fetch_json
        self._now = now
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._fetch_at = now()
        """Not before then."""
        self._fetching = asyncio.Lock()

    async def __call__(self, token: str) -> str | None:
        """The subject of a token, or None for one that is not valid.

        Raises:
            Problem: 502 where the provider does not answer.
        """
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            key = await self._key(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                return None
            claims = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            logger.info("A token was refused: %s", type(error).__name__)
            return None
        return str(claims["sub"])

    async def _key(self, id: str | None) -> jwt.PyJWK | None:
        async with self._fetching:
            if id not in self._keys and self._now() >= self._fetch_at:
                await self._fetch_keys()
        if not self._keys:
            raise Problem(502, "UPSTREAM_ERROR", "The identity provider does not answer.")
        return self._keys.get(id)

    async def _fetch_keys(self) -> None:
        try:
            about = await self._fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            if about["issuer"] != self._issuer:
                raise ValueError("The provider calls itself by another name.")
            found = jwt.PyJWKSet.from_dict(await self._fetch(about["jwks_uri"]))
        except (httpx.HTTPError, jwt.PyJWTError, ValueError, KeyError, TypeError) as error:
            logger.warning("The identity provider could not be asked: %s", type(error).__name__)
            self._fetch_at = self._now() + RETRY_S
            return
        self._fetch_at = self._now() + REFETCH_S
        self._keys = {key.key_id: key for key in found.keys}


async def _fetch_json(url: str) -> Any:
    async with httpx.AsyncClient(timeout=FETCH_WITHIN_S) as client:
        answer = await client.get(url)
        answer.raise_for_status()
        return answer.json()
