"""The application's wheels hold the same modules as the public ones, compiled."""

from __future__ import annotations

import io
import marshal
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tools.wheels.bytecode import bytecode_only, side_modules

SIDE_MODULE = bytes(range(256)) * 64
FILES = {
    "sums/__init__.py": b'"""Sums."""\nfrom .inner import divided\nNAME = "Sums."\n',
    "sums/inner.py": b"def divided(a: int, b: int) -> float:\n    return a / b\n",
    "sums/inner.pyi": b"def divided(a: int, b: int) -> float: ...\n",
    "sums/py.typed": b"",
    "sums/_fast.cpython-314-wasm32-emscripten.so": SIDE_MODULE,
    "sums/table.json": b"[1]",
    "sums-1.0.dist-info/METADATA": b"Name: sums\nVersion: 1.0\n\n# A page for the index\n",
    "sums-1.0.dist-info/RECORD": b"sums/__init__.py,,\n",
    "sums-1.0.dist-info/licenses/LICENSE": b"MIT\n",
}


def wheel() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_a_module_lies_there_as_bytecode_and_what_only_people_read_is_left_out() -> None:
    with zipfile.ZipFile(io.BytesIO(bytecode_only(wheel()))) as archive:
        assert archive.namelist() == [
            "sums-1.0.dist-info/METADATA",
            "sums/__init__.pyc",
            "sums/_fast.cpython-314-wasm32-emscripten.so",
            "sums/inner.pyc",
            "sums/table.json",
        ]
        assert archive.read("sums-1.0.dist-info/METADATA") == b"Name: sums\nVersion: 1.0\n"
        assert archive.read("sums/table.json") == b"[1]"


def test_a_module_that_reads_its_own_source_keeps_it() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in ("anyio/__init__.py", "anyio/to_thread.py"):
            archive.writestr(name, b"import ast\n")
    with zipfile.ZipFile(io.BytesIO(bytecode_only(made.getvalue()))) as kept:
        assert kept.namelist() == ["anyio/__init__.py", "anyio/to_thread.pyc"]


SPOKEN = b"""'What it is for.'
from __future__ import annotations
class Sum:
    'A sum.'
    def add(self, a: int):
        'Adds.'
        assert a > 0
        return a
def nothing():
    'Does nothing.'
"""


def spoken_in(name: str) -> dict[str, object]:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, SPOKEN)
    with zipfile.ZipFile(io.BytesIO(bytecode_only(made.getvalue()))) as archive:
        code = marshal.loads(archive.read(f"{name}c")[16:])
    spoken: dict[str, object] = {}
    exec(code, spoken)
    return spoken


def test_docstrings_that_nobody_reads_are_left_out_and_nothing_else() -> None:
    sums: Any = SimpleNamespace(**spoken_in("sums/inner.py"))
    assert [sums.Sum.__doc__, sums.Sum.add.__doc__, sums.nothing.__doc__] == [None, None, None]
    assert sums.nothing() is None
    assert sums.Sum().add(2) == 2
    with pytest.raises(AssertionError):
        sums.Sum().add(0)


def test_docstrings_that_schemas_quote_stay() -> None:
    ours: Any = SimpleNamespace(**spoken_in("webllm_provider/inner.py"))
    assert [ours.Sum.__doc__, ours.Sum.add.__doc__] == ["A sum.", "Adds."]


def test_the_same_wheel_gives_the_same_bytes() -> None:
    assert bytecode_only(wheel()) == bytecode_only(wheel())


def test_python_imports_from_it_and_a_traceback_names_the_file_the_line_and_the_function(
    tmp_path: Path,
) -> None:
    made = tmp_path / "sums-1.0-cp314-none-any.whl"
    made.write_bytes(bytecode_only(wheel()))
    program = (
        f"import sys; sys.path.insert(0, {str(made)!r})\n"
        "from importlib.metadata import version\n"
        "import sums\n"
        "print(sums.divided(1, 4), sums.NAME, version('sums'), flush=True)\n"
        "sums.divided(1, 0)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "0.25 Sums. 1.0"
    assert 'site-packages/sums/inner.py", line 2, in divided' in run.stderr
    assert run.stderr.strip().endswith("ZeroDivisionError: division by zero")


def test_a_side_module_can_be_taken_out_where_it_is_said_to_lie() -> None:
    made = bytecode_only(wheel())
    [found] = side_modules(made)
    assert found["path"] == "/lib/python3.14/site-packages/sums/_fast.cpython-314-wasm32-emscripten.so"
    packed = made[found["offset"] : found["offset"] + found["size"]]
    assert zlib.decompress(packed, -zlib.MAX_WBITS) == SIDE_MODULE
