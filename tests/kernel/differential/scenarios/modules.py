"""Module resolution from a directory, and what needs native code."""

from __future__ import annotations

import tempfile
from pathlib import Path

import amplifier_core._engine as engine
from amplifier_core import capabilities, events
from recording import Recorder, by_key, scenario


@scenario
async def constants(see: Recorder) -> None:
    see("events", {name: getattr(events, name) for name in events.__all__})
    see("capabilities", {name: getattr(capabilities, name) for name in capabilities.__all__})
    see("flags", [engine.RUST_AVAILABLE, engine.__version__])
    see("names", sorted(engine.__all__))


@scenario
async def resolving(see: Recorder) -> None:
    manifests = {
        "python tool": '[module]\ntype = "tool"\n',
        "every key": '[module]\nname = "n"\ntype = "provider"\ntransport = "python"\n',
        "grpc": '[module]\ntype = "tool"\ntransport = "grpc"\n[grpc]\nendpoint = "http://localhost:1"\n',
        "grpc without endpoint": '[module]\ntype = "tool"\ntransport = "grpc"\n',
        "wasm": '[module]\ntype = "hook"\ntransport = "wasm"\n',
        "wasm artifact": '[module]\ntype = "hook"\ntransport = "wasm"\nartifact = "x.wasm"\n',
        "wasm escape": '[module]\ntype = "hook"\ntransport = "wasm"\nartifact = "../x.wasm"\n',
        "rust": '[module]\ntype = "context"\ntransport = "rust"\ncrate = "my-crate"\n',
        "rust without crate": '[module]\ntype = "tool"\ntransport = "rust"\n',
        **{
            f"rust crate {crate}": f'[module]\ntype = "tool"\ntransport = "rust"\ncrate = \'{crate}\'\n'
            for crate in (".hidden", "a/b", "a\\b", "a..b", "a.b")
        },
        **{
            f"wasm artifact {name}": f'[module]\ntype = "tool"\ntransport = "wasm"\nartifact = \'{name}\'\n'
            for name in (".hidden", "a/b", "a\\b", "a..b")
        },
        "rust escape": '[module]\ntype = "tool"\ntransport = "rust"\ncrate = "../evil"\n',
        "native": '[module]\ntype = "tool"\ntransport = "native"\ncrate = "c"\n',
        "unknown transport": '[module]\ntype = "tool"\ntransport = "smoke"\n',
        "unknown type": '[module]\ntype = "gadget"\n',
        "no type": "[module]\n",
        "no module": "[other]\n",
        "empty": "",
        "broken": "[module\n",
        "transport number": '[module]\ntype = "tool"\ntransport = 3\n',
        "upper": '[module]\ntype = "Tool"\n',
        "type resolver": '[module]\ntype = "resolver"\n',
        "type approval": '[module]\ntype = "approval"\n',
        "type orchestrator": '[module]\ntype = "orchestrator"\n',
        "transport upper": '[module]\ntype = "tool"\ntransport = "GRPC"\n',
    }
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        see.hide(folder, "<root>")

        async def resolve(label: str, path: Path) -> None:
            await see.outcome(label, lambda: by_key(engine.resolve_module(str(path))))

        for number, (label, text) in enumerate(manifests.items()):
            module = root / f"my-module-{number}"
            module.mkdir()
            (module / "amplifier.toml").write_text(text)
            await resolve(label, module)
        await resolve("missing", root / "missing")
        empty = root / "empty"
        empty.mkdir()
        await resolve("empty folder", empty)
        package = root / "my-package"
        package.mkdir()
        (package / "__init__.py").touch()
        await resolve("package", package)
        nested = root / "nested"
        (nested / "amplifier_module_x").mkdir(parents=True)
        (nested / "amplifier_module_x" / "__init__.py").touch()
        await resolve("nested package", nested)
        (root / "file.txt").write_text("x")
        await resolve("a file", root / "file.txt")
