"""Modules that are reached over gRPC: not in this build of amplifier-core.

Stands in the place of the official file, which asks for grpcio. The loader takes that ImportError for a
missing engine, goes on to look for a Python module and fails with a sentence about that; here the mount says
what is the matter.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NoReturn


def _unavailable(what: str) -> NoReturn:
    raise NotImplementedError(
        f"{what} needs gRPC, which this pure-Python build of amplifier-core does not have. "
        "Use the native amplifier-core wheel on CPython."
    )


class GrpcToolBridge:
    """Not available: a tool behind a gRPC service."""

    def __init__(self, *_: Any, **__: Any) -> None:
        _unavailable("A tool behind a gRPC service")


async def load_grpc_module(
    module_id: str, config: dict[str, Any] | None, meta: dict[str, Any], coordinator: Any
) -> Callable[[Any], Awaitable[None]]:
    """A mount function that says so: what is raised here, the loader would pass over."""

    async def mount(coordinator: Any) -> None:
        _unavailable(f"Mounting the module '{module_id}'")

    return mount
