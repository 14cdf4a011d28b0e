"""Names and defaults of the parameters of everything public."""

from __future__ import annotations

import inspect
from typing import Any

import amplifier_core._engine as engine
from recording import Recorder, by_key, scenario

CLASSES = (
    "RustSession",
    "RustCoordinator",
    "RustHookRegistry",
    "RustCancellationToken",
    "ProviderError",
    "RetryConfig",
)
FUNCTIONS = ("classify_error_message", "compute_delay")


def parameters(function: Any) -> list[Any]:
    """`[name, default]` of every parameter but the object itself."""
    return [
        [parameter.name, "required" if parameter.default is inspect.Parameter.empty else parameter.default]
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name != "self"
    ]


def described(owner: type, name: str) -> Any:
    """What a public attribute of a class is."""
    value = inspect.getattr_static(owner, name)
    if callable(value):
        return parameters(getattr(owner, name))
    return value if isinstance(value, str) else "property"


@scenario
async def classes(see: Recorder) -> None:
    for name in CLASSES:
        owner = getattr(engine, name)
        see(name, parameters(owner))
        public = [attribute for attribute in dir(owner) if not attribute.startswith("_")]
        see(f"{name}: attributes", by_key({attribute: described(owner, attribute) for attribute in public}))


@scenario
async def functions(see: Recorder) -> None:
    for name in FUNCTIONS:
        see(name, parameters(getattr(engine, name)))
