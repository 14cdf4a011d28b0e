"""Where the engines come from: beside the site that the package came from, or a public CDN."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from importlib.metadata import Distribution, distribution
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin, urlsplit

from ._browser.fetch import absolute, fetch_text
from .errors import EngineError, EngineUnavailable, ProtocolMismatch, engine_error

PARTS = ("web_llm", "wllama", "wllama_wasm")
"""The engines' files, by their names in `EngineSources` and in `engines.json`."""


@dataclass(frozen=True)
class EngineSources:
    """Where the engine worker finds what it does not carry itself.

    Attributes:
        web_llm: the module of WebLLM; None takes the pinned version from a public CDN, as for the next two.
        wllama: the module of wllama, for the CPU.
        wllama_wasm: its WebAssembly.
        demo: the folder of the demo model; None where it lies nowhere.
        pinned: whether a file must be the very one that this package was made for, by its hash. False
            takes any version; it runs with the rights of the page.
    """

    web_llm: str | None = None
    wllama: str | None = None
    wllama_wasm: str | None = None
    demo: str | None = None
    pinned: bool = True

    @classmethod
    def beside(cls, site: str) -> EngineSources:
        """What a site of this project serves, from the URL of its root."""
        root = site if site.endswith("/") else f"{site}/"
        web_llm, wllama, wasm = (urljoin(root, f"engines/{pins()[part]['name']}") for part in PARTS)
        return cls(web_llm, wllama, wasm, demo=urljoin(root, "models/demo/"))


def package_file(name: str) -> str:
    """A file that the build has put into the package.

    Raises:
        EngineUnavailable: the package was installed from sources that were not built.
    """
    try:
        return files("webllm_provider").joinpath("_engine", name).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise engine_error(
            "unsupported",
            f"This installation of webllm_provider lacks {name}, a built file of the engine.",
            hint="Install the wheel. In a checkout build it: cd web && npm ci && cd .. && ./build_wheel.sh",
            details={"file": name},
            kind=EngineUnavailable,
        ) from error


def pins() -> dict[str, dict[str, str]]:
    """Version, hash, name and CDN address of each of `PARTS`, as this package was built with them."""
    read: dict[str, dict[str, str]] = json.loads(package_file("engines.json"))
    return read


async def default_sources() -> EngineSources:
    """Beside the site that the wheel was installed from, where that serves engines; else the CDN.

    Raises:
        ProtocolMismatch: the site serves engines of other versions than this wheel was made for.
    """
    site = site_of(distribution("webllm-provider"))
    served = None if site is None else _read_pins(await fetch_text(urljoin(site, "engines/engines.json")))
    if site is None or served is None:
        return EngineSources()
    ours = pins()
    if {part: served[part]["sha256"] for part in PARTS} != {part: ours[part]["sha256"] for part in PARTS}:
        raise _other_versions(site, served, ours)
    return EngineSources.beside(site)


def site_of(installed: Distribution) -> str | None:
    """The root of the site whose folder `wheels/` an installed wheel came from, where somebody wrote it down.

    micropip writes `PYODIDE_URL`, Pyodide's own loader `PYODIDE_SOURCE`, pip `direct_url.json`.
    """
    direct = json.loads(installed.read_text("direct_url.json") or "{}").get("url")
    for found in (installed.read_text("PYODIDE_URL"), installed.read_text("PYODIDE_SOURCE"), direct):
        url = (found or "").strip()
        if urlsplit(url).scheme in ("http", "https"):
            return urljoin(url, "../")
    return None


def worker_sources(sources: EngineSources, resolve: Callable[[str], str] = absolute) -> str:
    """The configuration of the engine worker, as JSON (`RemoteSources` in web/src/engine).

    Raises:
        RequestRefused: an address cannot be read.
    """
    given = {field.name: getattr(sources, field.name) for field in fields(sources)}
    pinned = pins()

    def where(part: str) -> str:
        url = given[part] or pinned[part]["cdn"]
        try:
            return resolve(url)
        except Exception as error:
            raise _no_address(part, url) from error

    def file(part: str) -> dict[str, str | None]:
        return {"url": where(part), "sha256": pinned[part]["sha256"] if sources.pinned else None}

    def version(part: str) -> str:
        return pinned[part]["version"] if sources.pinned else "unknown"

    return json.dumps(
        {
            "webllm": file("web_llm"),
            "wllama": file("wllama"),
            "wllamaWasm": file("wllama_wasm"),
            "versions": {"webllm": version("web_llm"), "wllama": version("wllama")},
            "demo": None if sources.demo is None else where("demo").rstrip("/") + "/",
        }
    )


def _read_pins(text: str | None) -> dict[str, Any] | None:
    """The list that a site serves; None for a page that some servers send instead of "not found"."""
    try:
        read = json.loads(text or "")
        return read if all(isinstance(read[part]["sha256"], str) for part in PARTS) else None
    except (ValueError, TypeError, KeyError):
        return None


def _other_versions(site: str, served: dict[str, Any], ours: dict[str, dict[str, str]]) -> EngineError:
    theirs = ", ".join(f"{part} {served[part].get('version')}" for part in PARTS)
    needed = ", ".join(f"{part} {ours[part]['version']}" for part in PARTS)
    return engine_error(
        "protocol_mismatch",
        f"{site} serves other engines ({theirs}) than this package was made for ({needed}).",
        hint="Install the package from there again, or pass sources=EngineSources() to take the CDN.",
        details={"served": served, "pinned": ours},
        kind=ProtocolMismatch,
    )


def _no_address(part: str, url: str) -> EngineError:
    return engine_error(
        "invalid_request",
        f"EngineSources.{part} is {url!r}, which is no address.",
        hint="Give an absolute URL: in a worker that was started from a Blob there is nothing to count from.",
        details={"source": part, "url": url},
    )
