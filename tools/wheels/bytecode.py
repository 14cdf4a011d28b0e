"""Wheels for the application's own Pyodide: bytecode in place of sources, and nothing that only people read.

It runs in Pyodide, whose bytecode it is (`web/vite/compile-wheels.mjs`), and imports nothing of ours. A
traceback still names the file as the public wheel has it, the line and the function.
"""

from __future__ import annotations

import ast
import io
import marshal
import zipfile
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER, source_hash
from typing import TypedDict

SITE_PACKAGES = "/lib/python3.14/site-packages"
NEVER_CHECKED = (1).to_bytes(4, "little")
"""The flags of a bytecode file (PEP 552): it belongs to a hash of its source, which nobody compares."""

LEFT_OUT = (".pyi", "/py.typed", ".dist-info/RECORD", ".dist-info/licenses/", ".dist-info/sboms/")
"""For type checkers, installers and lawyers, who find them in the public wheels."""
UNUSED = (
    # An engine for other pages, and what the API needs on servers.
    "webllm_provider/_engine/",
    "webllm_provider/api/redis_",
    "webllm_provider/api/server.py",
    "webllm_provider/api/sqlite_store.py",
    # The API of old models, and what is for tests and type checkers.
    "pydantic/v1/",
    "pydantic/mypy.py",
    "amplifier_core/pytest_plugin.py",
    "amplifier_core/validation/behavioral/",
    "amplifier_core/validation/structural/",
    "annotated_types/test_cases.py",
)
"""What the application has no use for; the public wheels have it."""

READ_AS_TEXT = ("anyio/__init__.py", "anyio/abc/__init__.py")
"""Reads its own source to import only what is used. Without it imports all, and browsers lack some of it."""

DESCRIBED = ("webllm_provider/", "amplifier_core/")
"""Whose docstrings stay: schemas quote those of models. Elsewhere nobody reads a fifth of the bytecode."""

_FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)
_SIDE_MODULE = ".so"
_LOCAL_HEADER, _NAME_LENGTH, _EXTRA_LENGTH = 30, slice(26, 28), slice(28, 30)


class SideModule(TypedDict):
    """Where a WebAssembly module lies in its wheel, raw deflated, and where Python looks for it."""

    path: str
    offset: int
    size: int


def bytecode_only(wheel: bytes) -> bytes:
    """The wheel with a `.pyc` for each `.py`. Two calls give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel)) as given, zipfile.ZipFile(made, "w") as archive:
        for name in sorted(filter(_wanted, given.namelist())):
            kept, content = _as_kept(name, given.read(name))
            entry = zipfile.ZipInfo(kept, _FIRST_MOMENT)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=9)
    return made.getvalue()


def _as_kept(name: str, content: bytes) -> tuple[str, bytes]:
    if name.endswith(".py") and name not in READ_AS_TEXT:
        return f"{name}c", compiled(content, name)
    if name.endswith(".dist-info/METADATA"):
        # Behind the headers stands the page for the index.
        return name, content.partition(b"\n\n")[0] + b"\n"
    return name, content


def compiled(source: bytes, name: str) -> bytes:
    """The bytecode file of one module; `name` is its path below the folder of packages."""
    tree = ast.parse(source)
    if not name.startswith(DESCRIBED):
        _drop_docstrings(tree)
    code = compile(tree, f"{SITE_PACKAGES}/{name}", "exec", dont_inherit=True, optimize=0)
    return MAGIC_NUMBER + NEVER_CHECKED + source_hash(source) + marshal.dumps(code)


def _drop_docstrings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        match node:
            case ast.Module(body=body) | ast.ClassDef(body=body):
                pass
            case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body):
                pass
            case _:
                continue
        match body:
            case [ast.Expr(value=ast.Constant(value=str())) as docstring, *rest]:
                # A module may begin with nothing, and with `from __future__`; what else has a body needs one.
                body[:] = rest or [ast.copy_location(ast.Pass(), docstring)]


def side_modules(wheel: bytes) -> Iterator[SideModule]:
    """The WebAssembly modules of a wheel that was made here."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        for entry in archive.infolist():
            if not entry.filename.endswith(_SIDE_MODULE):
                continue
            header = wheel[entry.header_offset : entry.header_offset + _LOCAL_HEADER]
            lengths = (int.from_bytes(header[part], "little") for part in (_NAME_LENGTH, _EXTRA_LENGTH))
            yield {
                "path": f"{SITE_PACKAGES}/{entry.filename}",
                "offset": entry.header_offset + _LOCAL_HEADER + sum(lengths),
                "size": entry.compress_size,
            }


def _wanted(name: str) -> bool:
    if name.endswith("/") or name.startswith(UNUSED):
        return False
    return not any(name.endswith(part) or (part.endswith("/") and part in name) for part in LEFT_OUT)
