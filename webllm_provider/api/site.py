"""The built site beside the API, for servers: GET /webllm/ is the chat application."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# What a machine may not know.
TYPES = {
    ".wasm": "application/wasm",
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".whl": "application/zip",
}
IMMUTABLE = ("assets/", "parts/")
"""Folders in which a name carries the hash of its file."""


class SiteFiles(StaticFiles):
    """The files of a built site, with the headers that its updates need."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        forever = path.startswith(IMMUTABLE)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if forever else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def site_routes(folder: Path) -> list[BaseRoute]:
    """Routes to a built site; they stand behind those of the API."""
    for ending, kind in TYPES.items():
        mimetypes.add_type(kind, ending)

    async def start(request: Request) -> Response:
        return RedirectResponse(request.url.replace(path=request.scope.get("root_path", "") + "/webllm/"))

    return [
        Route("/", start),
        Route("/webllm", start),
        Mount("/webllm", SiteFiles(directory=folder, html=True)),
    ]
