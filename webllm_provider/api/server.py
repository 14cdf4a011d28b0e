"""`webllm-api`: the API, the engines' sockets and the built site, behind uvicorn."""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from starlette.applications import Starlette

from .app import create_app
from .environment import from_environment
from .pool import EnginePool
from .queueing import WorkQueue
from .security import Identify, any_of, one_token
from .settings import Settings
from .site import site_routes
from .sockets import Sockets
from .sqlite_store import SqliteStore
from .stores import Store

PORT = 8000
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]", "::1")
SITE_VARIABLE = "WEBLLM_SITE"
DATA_VARIABLE = "WEBLLM_DATA"
LARGEST_MESSAGE = 32 * 2**20


def server_app(
    settings: Settings | None = None, site: Path | None = None, data: Path | None = None
) -> Starlette:
    """The whole server as an ASGI application: `gunicorn 'webllm_provider.api.server:server_app()'`.

    Args:
        settings: None reads the environment.
        site: the folder of the built site; None takes `WEBLLM_SITE`, and serves none where that is not set.
        data: the folder in which sessions and results are kept; None takes `store_folder()`.
    """
    given = from_environment() if settings is None else settings
    folder = site or _site_of_environment()
    queue, shared = shared_parts(given)
    pool = EnginePool(given, queue)
    identify = _identify(given)
    of_engines = None if given.engine_token is None else one_token(given.engine_token.get_secret_value())
    sockets = Sockets(pool, identify_engine=of_engines, identify=identify)
    more = [*sockets.routes(), *(site_routes(folder) if folder is not None else ())]
    store = shared or _own_store(data, given)
    return create_app(
        pool, given, identify=identify, session_identify=identify or session_token(), store=store, more=more
    )


def _site_of_environment() -> Path | None:
    named = os.environ.get(SITE_VARIABLE)
    return Path(named) if named else None


def _identify(settings: Settings) -> Identify | None:
    """Who may call, by the settings; None: everybody.

    Raises:
        SystemExit: the settings of the identity provider cannot be followed.
    """
    ways: list[Identify] = []
    if settings.token is not None:
        ways.append(one_token(settings.token.get_secret_value()))
    if settings.oidc_issuer is not None:
        if settings.oidc_audience is None:
            raise SystemExit("WEBLLM_OIDC_ISSUER needs WEBLLM_OIDC_AUDIENCE: whose tokens are these?")
        try:
            from .oidc import OidcTokens

            ways.append(OidcTokens(settings.oidc_issuer, settings.oidc_audience))
        except ImportError:
            raise SystemExit("WEBLLM_OIDC_ISSUER needs: pip install 'webllm-provider[api,oidc]'") from None
        except ValueError as error:
            raise SystemExit(str(error)) from error
    return any_of(*ways) if ways else None


def shared_parts(settings: Settings) -> tuple[WorkQueue | None, Store | None]:
    """What several processes share over Redis; nothing where the settings name none.

    Raises:
        SystemExit: the package `redis` is not installed.
    """
    if settings.redis_url is None:
        return None, None
    try:
        from redis.asyncio.retry import Retry
        from redis.backoff import ExponentialBackoff, NoBackoff
        from redis.exceptions import ConnectionError as NotConnected

        from .redis_client import CancellableRedis
        from .redis_queue import RedisQueue
        from .redis_store import RedisStore
    except ImportError:
        raise SystemExit("WEBLLM_REDIS_URL needs redis: pip install 'webllm-provider[api,redis]'") from None
    url = settings.redis_url.get_secret_value()
    queue = RedisQueue(
        # Never tries again by itself: a word of an answer would come twice.
        CancellableRedis.from_url(url, decode_responses=True, retry=Retry(NoBackoff(), 0)),
        limit=settings.queue_limit,
        client_limit=settings.client_limit,
        orphan_timeout=settings.orphan_timeout,
    )
    again = Retry(ExponentialBackoff(cap=1.0, base=0.05), 5)
    kept = CancellableRedis.from_url(url, decode_responses=True, retry=again, retry_on_error=[NotConnected])
    return queue, RedisStore(kept, settings.cache_size)


def _own_store(data: Path | None, settings: Settings) -> Store:
    folder = store_folder() if data is None else data
    folder.mkdir(parents=True, exist_ok=True)
    return SqliteStore(folder / "webllm-api.sqlite", settings.cache_size)


def store_folder() -> Path:
    """Where sessions and results are kept: `WEBLLM_DATA`, else the user's own folder for data."""
    named = os.environ.get(DATA_VARIABLE)
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(named) if named else Path(home) / "webllm-api"


def session_token() -> Identify:
    """Make a token for sessions and print it, this once: where none is configured."""
    token = secrets.token_urlsafe(32)
    print(f"Token for sessions (set WEBLLM_TOKEN to keep one): {token}", file=sys.stderr, flush=True)
    return one_token(token)


def main(arguments: Sequence[str] | None = None) -> int:
    """The console script; returns the exit status."""
    parser = argparse.ArgumentParser(prog="webllm-api", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where to listen; 0.0.0.0 for every interface")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--site", type=Path, default=None, help="folder of the built site")
    given = parser.parse_args(arguments)
    try:
        settings = from_environment()
    except ValidationError as error:
        for one in error.errors(include_input=False, include_url=False):
            print(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}", file=sys.stderr)
        return 2
    if given.site is not None and not (given.site / "index.html").is_file():
        print(f"{given.site} holds no built site. Build one: make site", file=sys.stderr)
        return 2
    if given.host in LOCAL_HOSTS and settings.allowed_hosts == ("*",):
        # A page of a foreign name that points here (DNS rebinding) gets nothing.
        settings = settings.model_copy(update={"allowed_hosts": (*LOCAL_HOSTS,)})
    site = given.site or _site_of_environment()
    app = server_app(settings, site)
    print(_begun(f"http://localhost:{given.port}", site), file=sys.stderr, flush=True)
    return _serve(app, given.host, given.port, settings)


def _begun(address: str, site: Path | None) -> str:
    """What a person does next."""
    api = f"The API: {address}/v1, described at {address}/openapi.json."
    if site is None:
        return f"{api} It serves no page (--site); a page offers its engine at {address}/webllm/engine."
    return f"{api} Open {address}/webllm/ and in its settings offer the engine to this server."


def _serve(app: Starlette, host: str, port: int, settings: Settings) -> int:
    try:
        import uvicorn
    except ImportError:
        print("webllm-api needs uvicorn: pip install 'webllm-provider[api]'", file=sys.stderr)
        return 2
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level=settings.log_level.lower(),
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        timeout_graceful_shutdown=5,
        # Longer than a proxy and most clients keep theirs: who reuses one must not find it closed.
        timeout_keep_alive=75,
        server_header=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
