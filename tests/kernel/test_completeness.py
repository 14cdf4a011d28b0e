"""Every name that the type stub of the official wheel declares is there, or says what it needs."""

from __future__ import annotations

import ast
import inspect
import zipfile
from pathlib import Path
from typing import Any

import pytest

import kernel.amplifier_core_engine as engine
from kernel.stub import declarations
from tools.wheels.fetch import fetched, pins

ROOT = Path(__file__).resolve().parent.parent.parent
# Arguments for a call that must end in NotImplementedError.
NATIVE_ONLY: dict[str, tuple[Any, ...]] = {
    "load_wasm_from_path": ("module.wasm",),
    "load_and_mount_wasm": (None, "module.wasm"),
    "proto_chat_request_to_json": (b"",),
    "json_to_proto_chat_response": ("{}",),
}
# The stub says None where the native engine has one second: ours is like the engine (scenario `signatures`).
OTHER_DEFAULTS = {"RustHookRegistry.emit_and_collect"}
WITHOUT_A_STUB = ("WasmTool", "WasmProvider", "WasmHook", "WasmContext", "WasmOrchestrator", "WasmApproval")


def stub() -> str:
    """The type stub of the official wheel."""
    with zipfile.ZipFile(fetched(pins()[0], ROOT / "build" / "wheels")) as archive:
        return archive.read("amplifier_core/_engine.pyi").decode("utf-8")


DECLARED = declarations(stub())
IMPLEMENTED = {name: kind for name, kind in DECLARED.items() if name not in NATIVE_ONLY}


def found(name: str) -> Any:
    """What our engine has under a name of the stub."""
    owner, _, member = name.rpartition(".")
    return inspect.getattr_static(getattr(engine, owner) if owner else engine, member)


def parameters(kind: str) -> list[tuple[str, str]]:
    """Names and defaults of the parameters that a stub declares, `self` left out."""
    arguments = ast.parse(f"lambda {_without_annotations(kind)}: 0", mode="eval").body
    assert isinstance(arguments, ast.Lambda)
    signature = inspect.signature(eval(compile(ast.Expression(arguments), "<stub>", "eval")))
    return named(signature)


def named(signature: inspect.Signature) -> list[tuple[str, str]]:
    """Name, kind and default of every parameter but `self`."""
    return [
        (f"{parameter.kind.name} {parameter.name}", repr(parameter.default))
        for parameter in signature.parameters.values()
        if parameter.name != "self"
    ]


def _without_annotations(kind: str) -> str:
    function = ast.parse(f"def f{kind.removeprefix('async ')}: ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    given = function.args
    for argument in (*given.args, *given.kwonlyargs, given.kwarg, given.vararg):
        if argument is not None:
            argument.annotation = None
    return ast.unparse(given)


def test_the_stub_is_the_whole_one() -> None:
    assert len(DECLARED) > 100
    assert set(NATIVE_ONLY) <= set(DECLARED)
    assert DECLARED["RustCoordinator.loader"] == "property that can be assigned"
    assert DECLARED["RustCoordinator.hooks"] == "property"


@pytest.mark.parametrize("name", IMPLEMENTED)
def test_a_declared_name_is_implemented(name: str) -> None:
    kind, ours = IMPLEMENTED[name], found(name)
    if kind == "class":
        assert isinstance(ours, type)
    elif kind.startswith("property"):
        assert isinstance(ours, property)
        assert (ours.fset is not None) or kind == "property"
    elif kind != "attribute":
        assert callable(ours)
        if name not in OTHER_DEFAULTS and not _takes_its_arguments_in_new(name):
            assert named(inspect.signature(ours)) == parameters(kind)


def _takes_its_arguments_in_new(name: str) -> bool:
    return name == "RustCoordinator.__init__"


def test_the_coordinator_takes_the_declared_arguments() -> None:
    assert named(inspect.signature(engine.RustCoordinator)) == parameters(
        DECLARED["RustCoordinator.__init__"]
    )


@pytest.mark.parametrize("name", [name for name, kind in IMPLEMENTED.items() if kind.startswith("async")])
def test_what_is_declared_to_be_awaited_can_be(name: str) -> None:
    function = inspect.unwrap(found(name))
    returns = inspect.get_annotations(function)["return"]
    assert inspect.iscoroutinefunction(function) or returns.startswith("Coroutine[")


@pytest.mark.parametrize("name", NATIVE_ONLY)
def test_what_needs_native_code_says_so_and_names_the_wheel_that_has_it(name: str) -> None:
    with pytest.raises(NotImplementedError, match="native amplifier-core wheel"):
        getattr(engine, name)(*NATIVE_ONLY[name])


@pytest.mark.parametrize("name", WITHOUT_A_STUB)
def test_a_native_class_can_be_imported_but_not_made(name: str) -> None:
    with pytest.raises(NotImplementedError, match=f"{name} needs native code.*native amplifier-core wheel"):
        getattr(engine, name)()
