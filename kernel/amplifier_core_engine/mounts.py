"""Mount points: one slot each for orchestrator, context and resolver; names for providers and tools."""

from __future__ import annotations

from typing import Any, Final

from . import arguments

_SINGLE: Final = frozenset({"orchestrator", "context", "module-source-resolver"})
_NAMED: Final = frozenset({"providers", "tools"})

MountPoints = dict[str, Any]


def empty(hooks: Any) -> MountPoints:
    """A new session's mount points, in the order of the native engine."""
    return {
        "orchestrator": None,
        "providers": {},
        "tools": {},
        "context": None,
        "hooks": hooks,
        "module-source-resolver": None,
    }


def put(points: MountPoints, mount_point: str, module: Any, name: str | None) -> None:
    """Mounts a module; a mount point that somebody added to the dict is left to them.

    Raises:
        ValueError: no such mount point, no name, or hooks (they register with the registry).
    """
    _require(points, mount_point)
    if mount_point == "hooks":
        raise ValueError("Hooks should be registered directly with the HookRegistry")
    if mount_point in _SINGLE:
        points[mount_point] = module
    elif mount_point in _NAMED:
        if name is None and not hasattr(module, "name"):
            raise ValueError(f"Name required for {mount_point}")
        points[mount_point][arguments.text(module.name if name is None else name)] = module


def remove(points: MountPoints, mount_point: str, name: str | None) -> None:
    """Unmounts a module; one that is not there is no error."""
    _require(points, mount_point)
    if mount_point in _SINGLE:
        points[mount_point] = None
    elif mount_point in _NAMED:
        if name is None:
            raise ValueError(f"Name required to unmount from {mount_point}")
        points[mount_point].pop(name, None)


def get(points: MountPoints, mount_point: str, name: str | None) -> Any:
    """The module at a mount point, or None; for providers and tools without a name, the dict of all."""
    _require(points, mount_point)
    if mount_point in _NAMED:
        return points[mount_point] if name is None else points[mount_point].get(name)
    return points[mount_point] if mount_point in _SINGLE or mount_point == "hooks" else None


def _require(points: MountPoints, mount_point: str) -> None:
    if arguments.text(mount_point) not in points:
        raise ValueError(f"Unknown mount point: {mount_point}")
