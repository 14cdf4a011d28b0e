"""Tokens of an identity provider: a real one, as far as its keys go, on a port of its own."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.api.conftest import Server
from webllm_provider.api.oidc import REFETCH_S, OidcTokens
from webllm_provider.api.problems import Problem

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Provider:
    """Signs tokens, and publishes the keys to check them with."""

    def __init__(self) -> None:
        self.keys: dict[str, Key] = {"first": rsa.generate_private_key(public_exponent=65537, key_size=2048)}
        self.asked: list[str] = []
        self.issuer = ""

    def answer(self, path: str) -> dict[str, Any] | None:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        return {"keys": [self._published(id) for id in self.keys]} if path == "/keys" else None

    def _published(self, id: str) -> dict[str, Any]:
        key = self.keys[id]
        name, algorithm = (
            ("RS256", jwt.algorithms.RSAAlgorithm)
            if isinstance(key, rsa.RSAPrivateKey)
            else ("ES256", jwt.algorithms.ECAlgorithm)
        )
        public: Any = key.public_key()
        return {**json.loads(algorithm.to_jwk(public)), "kid": id, "alg": name, "use": "sig"}

    def token(self, kid: str = "first", key: Key | None = None, **changes: Any) -> str:
        claims = {"iss": self.issuer, "aud": "webllm", "sub": "ada", "exp": time.time() + 60, **changes}
        signing = key or self.keys[kid]
        name = "RS256" if isinstance(signing, rsa.RSAPrivateKey) else "ES256"
        kept = {claim: value for claim, value in claims.items() if value is not None}
        return jwt.encode(kept, signing, algorithm=name, headers={"kid": kid})


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = made.answer(self.path)
            body = json.dumps(found).encode()
            self.send_response(200 if found is not None else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_token_of_the_provider_names_its_subject(provider: Provider) -> None:
    provider.keys["curve"] = ec.generate_private_key(ec.SECP256R1())
    identify = OidcTokens(provider.issuer, "webllm")
    assert await identify(provider.token()) == "ada"
    assert await identify(provider.token("curve", sub="grace")) == "grace"
    assert await identify(provider.token(aud=["other", "webllm"])) == "ada"
    # One look at the provider is enough for all of them.
    assert provider.asked == ["/.well-known/openid-configuration", "/keys"]


async def test_any_other_token_is_refused(provider: Provider) -> None:
    identify = OidcTokens(provider.issuer, "webllm")
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = {"iss": provider.issuer, "aud": "webllm", "sub": "eve", "exp": time.time() + 60}
    refused = {
        "expired": provider.token(exp=time.time() - 120),
        "not yet": provider.token(nbf=time.time() + 120),
        "for somebody else": provider.token(aud="other"),
        "of another issuer": provider.token(iss="https://evil.example"),
        "without a subject": provider.token(sub=None),
        "without an end": provider.token(exp=None),
        "signed by a stranger": provider.token(key=stranger),
        "of an unknown key": provider.token("nobody", key=stranger),
        "unsigned": jwt.encode(claims, "", algorithm="none", headers={"kid": "first"}),
        "signed with a secret": jwt.encode(claims, "s" * 64, algorithm="HS256", headers={"kid": "first"}),
        "no token": "secret",
        "empty": "",
        "endless": "a" * 1_000_000,
    }
    assert {why: await identify(token) for why, token in refused.items()} == dict.fromkeys(refused)


async def test_a_new_key_of_the_provider_is_found_and_invented_ones_are_not_looked_for(
    provider: Provider,
) -> None:
    clock = [0.0]
    identify = OidcTokens(provider.issuer, "webllm", now=lambda: clock[0])
    assert await identify(provider.token()) == "ada"
    provider.keys["second"] = ec.generate_private_key(ec.SECP256R1())
    for _ in range(5):
        assert await identify(provider.token("second")) is None
    assert len(provider.asked) == 2
    clock[0] += REFETCH_S
    assert await identify(provider.token("second")) == "ada"


async def test_a_provider_that_does_not_answer_is_no_fault_of_the_caller(provider: Provider) -> None:
    identify = OidcTokens("http://127.0.0.1:1", "webllm")
    with pytest.raises(Problem) as told:
        await identify(provider.token())
    assert told.value.status == 502


def test_an_issuer_that_could_be_forged_is_refused() -> None:
    with pytest.raises(ValueError, match="https"):
        OidcTokens("http://login.example", "webllm")


def test_the_server_takes_the_providers_tokens_beside_its_own(
    provider: Provider, start_server: Callable[..., Server]
) -> None:
    server = start_server(
        WEBLLM_OIDC_ISSUER=provider.issuer, WEBLLM_OIDC_AUDIENCE="webllm", WEBLLM_TOKEN="sesame"
    )

    def status(token: str) -> int:
        headers = {"authorization": f"Bearer {token}"}
        return httpx.get(f"{server.url}/v1/models", headers=headers).status_code

    tokens = ("sesame", provider.token(), provider.token(aud="other"), "x")
    assert [status(token) for token in tokens] == [200, 200, 401, 401]
    assert provider.token().split(".")[2] not in server.log.read_text()
