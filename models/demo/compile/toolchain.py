"""The web runtime of TVM, compiled once from the sources that PyPI's packages carry.

The `apache-tvm` wheel holds the runtime's C++ files but not all the headers they include. This module lays
the missing ones beside them, in one include tree, and compiles three objects with emscripten:

- `web/emcc` and `src/runtime` come from the `apache-tvm` wheel;
- the `tvm-ffi` C++ sources and dlpack come from the `apache-tvm-ffi` source distribution;
- a handful of support headers come from the `tilelang` source distribution, which vendors TVM;
- `cuda/nvtx.h` is in none of them and is empty here: nothing on the web is profiled by nvtx.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

FFI_SDIST = ("apache-tvm-ffi", "0.1.15.post2")
HEADERS_SDIST = ("tilelang", "0.1.14")
RUNTIME_SOURCES = ("wasm_runtime", "tvmjs_support", "webgpu_runtime")
BORROWED = {
    "3rdparty/tvm/src/support/arena.h": "src/support/arena.h",
    "3rdparty/tvm/src/support/base64.h": "src/support/base64.h",
    "3rdparty/tvm/src/support/bytes_io.h": "src/support/bytes_io.h",
    "3rdparty/tvm/src/support/ring_buffer.h": "src/support/ring_buffer.h",
    "3rdparty/tvm/src/support/utils.h": "src/support/utils.h",
    "3rdparty/tvm/include/tvm/support/io.h": "include/tvm/support/io.h",
    "3rdparty/tvm/include/tvm/support/serializer.h": "include/tvm/support/serializer.h",
    "3rdparty/tvm/3rdparty/compiler-rt/builtin_fp16.h": "3rdparty/compiler-rt/builtin_fp16.h",
}
EMPTY_NVTX = """#pragma once
namespace tvm { namespace support {
struct NVTXScopedRange { template <typename T> explicit NVTXScopedRange(const T&) {} };
}}
"""


class ToolchainMissing(RuntimeError):
    """A program that PyPI does not carry is not installed."""

    def __init__(self, program: str, package: str) -> None:
        super().__init__(f"{program} was not found. Install it: apt-get install {package}")


@dataclass(frozen=True)
class Emscripten:
    """Debian's emscripten with a cache that it may write to."""

    environment: dict[str, str]

    def run(self, *arguments: str | Path, folder: Path | None = None) -> None:
        """Run `emcc`, in a folder if one is named, and raise `CalledProcessError` if it fails."""
        subprocess.run(["emcc", *map(str, arguments)], check=True, env=self.environment, cwd=folder)


def emscripten(work: Path) -> Emscripten:
    """Prepare emcc. Debian freezes its cache, and an empty one cannot be filled: work on a copy."""
    program = shutil.which("emcc")
    if program is None:
        raise ToolchainMissing("emcc", "emscripten")
    root = Path(program).resolve().parent
    cache = work / "emscripten-cache"
    if not cache.exists():
        shutil.copytree(root / "cache", cache)
    config = work / "emscripten.config"
    text = (root / ".emscripten").read_text(encoding="utf-8")
    config.write_text(text.replace("FROZEN_CACHE = True", "FROZEN_CACHE = False"), encoding="utf-8")
    return Emscripten({**os.environ, "EM_CONFIG": str(config), "EM_CACHE": str(cache)})


def source_distribution(name: str, version: str, work: Path) -> Path:
    """Download one source distribution with pip and return its archive."""
    stem = name.replace("-", "_")
    found = list(work.glob(f"{stem}-{version}.tar.gz"))
    if not found:
        # `:all:` would also build pip's own build requirements from source, and hang.
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", name]
        subprocess.run([*command, "--dest", str(work), f"{name}=={version}"], check=True)
        found = list(work.glob(f"{stem}-{version}.tar.gz"))
    return found[0]


def _take(archive: Path, wanted: dict[str, str], tree: Path) -> None:
    """Copy single files of an archive (paths without its top folder) into the tree."""
    with tarfile.open(archive) as tar:
        top = tar.getnames()[0].split("/")[0]
        for inside, target in wanted.items():
            stream = tar.extractfile(f"{top}/{inside}")
            if stream is None:
                raise FileNotFoundError(f"{inside} is not in {archive.name}")
            path = tree / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(stream.read())


def include_tree(work: Path) -> Path:
    """One folder that looks like TVM's own source tree, as far as the web runtime needs it."""
    tree = work / "tvm"
    if (tree / "complete").exists():
        return tree
    spec = importlib.util.find_spec("tvm")
    if spec is None or spec.origin is None:
        raise ToolchainMissing("apache-tvm", "python3-pip, then pip install -r requirements.txt")
    wheel = Path(spec.origin).parent
    shutil.rmtree(tree, ignore_errors=True)
    for part in ("include", "src", "web/emcc"):
        shutil.copytree(wheel / part, tree / part)
    archive = source_distribution(*FFI_SDIST, work)
    with tarfile.open(archive) as tar:
        tar.extractall(work, filter="data")
    (tree / "3rdparty").mkdir(exist_ok=True)
    (work / archive.name.removesuffix(".tar.gz")).rename(tree / "3rdparty/tvm-ffi")
    _take(source_distribution(*HEADERS_SDIST, work), BORROWED, tree)
    nvtx = tree / "include/tvm/support/cuda/nvtx.h"
    nvtx.parent.mkdir(parents=True, exist_ok=True)
    nvtx.write_text(EMPTY_NVTX, encoding="utf-8")
    (tree / "complete").touch()
    return tree


def runtime_objects(work: Path) -> list[Path]:
    """The three objects of the web runtime, compiled at most once per work folder (about two minutes)."""
    emcc = emscripten(work)
    tree = include_tree(work)
    folders = (
        ".",
        "include",
        "3rdparty/tvm-ffi/include",
        "3rdparty/tvm-ffi/3rdparty/dlpack/include",
        "3rdparty/compiler-rt",
    )
    # Relative: the sources' names are in the library, and where it was built is nobody's business.
    includes = [f"-I{folder}" for folder in folders]
    objects = []
    for source in RUNTIME_SOURCES:
        target = work / f"{source}.o"
        if not target.exists():
            file = f"web/emcc/{source}.cc"
            emcc.run("-O3", "-std=c++17", "-w", *includes, "-c", file, "-o", target, folder=tree)
        objects.append(target)
    return objects
