"""The folder of wheels: pins, the static index, the lock file."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest

from tools.wheels import index, lockfile, provider
from tools.wheels.fetch import DownloadFailed, HashDiffers, Pin, fetched, pins, sha256
from tools.wheels.metadata import WheelFacts, facts, normalised

ROOT = Path(__file__).resolve().parent.parent.parent
WHEELS = ROOT / "dist" / "wheels"
CACHE = ROOT / "build" / "wheels"
INFO = {"abi_version": "1", "arch": "wasm32", "platform": "emscripten", "python": "3.14"}


@pytest.fixture(scope="module")
def wheels() -> list[WheelFacts]:
    """Facts of every wheel that was built."""
    return [facts(path) for path in sorted(WHEELS.glob("*.whl"))]


@pytest.fixture
def cached_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """pip sees what was downloaded already, and nothing else: these tests need no network."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(CACHE))


def wheel(name: str, *requires: str) -> WheelFacts:
    """Facts of an invented wheel."""
    path = Path(f"{name}-1.0+local-py3-none-any.whl")
    return WheelFacts(path, name, "1.0+local", ">=3.11", requires, (name,), "0" * 64)


def test_every_wheel_that_the_browser_needs_is_there(wheels: list[WheelFacts]) -> None:
    assert [wheel.key for wheel in wheels] == [
        "amplifier-core",
        "annotated-types",
        "anyio",
        "idna",
        "micropip",
        "pydantic",
        "pydantic-core",
        "starlette",
        "typing-extensions",
        "typing-inspection",
        "webllm-provider",
    ]


def test_vendored_wheels_have_the_pinned_bytes() -> None:
    assert {pin.file: sha256(WHEELS / pin.file) for pin in pins()[1]} == {
        pin.file: pin.sha256 for pin in pins()[1]
    }


@pytest.mark.usefixtures("cached_index")
def test_a_cached_wheel_with_other_bytes_is_not_trusted(tmp_path: Path) -> None:
    pin = dataclasses.replace(next(pin for pin in pins()[1] if pin.name == "annotated-types"), file="x.whl")
    (tmp_path / "x.whl").write_bytes(b"something else")
    with pytest.raises(DownloadFailed, match="annotated-types"):
        fetched(pin, tmp_path)


@pytest.mark.usefixtures("cached_index")
def test_a_pin_with_another_hash_is_refused_with_both_hashes(tmp_path: Path) -> None:
    pin = next(pin for pin in pins()[1] if pin.name == "annotated-types")
    with pytest.raises(HashDiffers, match=pin.sha256):
        fetched(dataclasses.replace(pin, sha256="f" * 64), tmp_path)


@pytest.mark.usefixtures("cached_index")
def test_a_release_that_does_not_exist_is_named(tmp_path: Path) -> None:
    missing = Pin(
        "annotated-types", "0.0.0.dev0", "annotated_types-0.0.0.dev0-py3-none-any.whl", "0" * 64, {}
    )
    with pytest.raises(DownloadFailed, match=r"annotated-types==0\.0\.0\.dev0"):
        fetched(missing, tmp_path)


def test_a_cached_wheel_is_not_downloaded_again(tmp_path: Path) -> None:
    pin = next(pin for pin in pins()[1] if pin.name == "annotated-types")
    unreachable = dataclasses.replace(pin, version="0.0.0.dev0")
    assert fetched(unreachable, CACHE) == CACHE / pin.file


def test_the_same_sources_give_the_same_provider_wheel(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "webllm_provider", copy / "webllm_provider", copy_function=shutil.copyfile)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, copy / name)
    # Another day, another person's permissions.
    for path in copy.rglob("*.py"):
        path.chmod(0o600)
        os.utime(path, (10**9, 10**9))
    for root, out in ((ROOT, "one"), (copy, "other")):
        provider.built(root, tmp_path / out, tmp_path / f"{out}.stamp")
    one, other = (sorted((tmp_path / out).glob("*.whl")) for out in ("one", "other"))
    assert [path.name for path in one] == [path.name for path in other]
    assert [sha256(path) for path in one] == [sha256(path) for path in other]


def test_every_link_of_the_index_leads_to_a_wheel(wheels: list[WheelFacts]) -> None:
    for name, page in index.pages(wheels).items():
        for target in (part.partition('"')[0] for part in page.split('href="')[1:]):
            address = unquote(urljoin(f"/wheels/simple/{name}", target).partition("#")[0])
            folder = "index.html" if address.endswith("/") else ""
            assert (WHEELS.parent / f"{address.removeprefix('/')}{folder}").exists(), (name, target)


def test_the_index_gives_hashes_and_escapes_the_local_version(wheels: list[WheelFacts]) -> None:
    page = index.pages(wheels)["amplifier-core/index.html"]
    assert "2.0.2%2Bpyodide.1" in page
    assert f"#sha256={sha256(next(WHEELS.glob('amplifier_core-*.whl')))}" in page


def test_pages_of_removed_projects_leave_the_index(tmp_path: Path) -> None:
    index.write([wheel("old"), wheel("kept")], tmp_path)
    index.write([wheel("kept")], tmp_path)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.html")) == [
        "index.html",
        "kept/index.html",
    ]


def test_the_lock_file_names_each_wheel_with_its_hash(wheels: list[WheelFacts]) -> None:
    written = json.loads((WHEELS / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {key: entry["sha256"] for key, entry in written.items()} == {
        wheel.key: sha256(wheel.path) for wheel in wheels
    }
    assert all((WHEELS / entry["file_name"]).exists() for entry in written.values())


def test_the_lock_file_belongs_to_the_installed_pyodide() -> None:
    written = json.loads((WHEELS / "pyodide-lock.json").read_text(encoding="utf-8"))["info"]
    assert written == lockfile.runtime_info(ROOT / "web" / "node_modules" / "pyodide")


def test_the_lock_file_follows_requirements_under_any_spelling() -> None:
    packages = lockfile.lock([wheel("First_One", "second-one"), wheel("second.one")], INFO)["packages"]
    assert packages["first-one"]["depends"] == ["second-one"]
    assert packages["second-one"]["imports"] == ["second.one"]


def test_a_requirement_that_no_wheel_meets_is_refused_by_name() -> None:
    with pytest.raises(lockfile.UnmetRequirement, match="requires absent"):
        lockfile.lock([wheel("present", "absent")], INFO)


def test_a_missing_pyodide_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(lockfile.NoPyodide, match="npm ci"):
        lockfile.runtime_info(tmp_path)


@pytest.mark.parametrize("spelling", ["Typing_Extensions", "typing.extensions", "typing--extensions"])
def test_names_are_compared_as_indexes_do(spelling: str) -> None:
    assert normalised(spelling) == "typing-extensions"
