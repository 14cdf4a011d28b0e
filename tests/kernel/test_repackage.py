"""The repackaged wheel: what is in it, what is not, and when building it is refused."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

from kernel.repackage import NoSuchFile, UnknownEngineNames, engine_names, repackaged, require_engine_names
from tools.wheels.fetch import fetched, pins, sha256

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = {"amplifier_core/cli.py", "amplifier_core/loader_grpc.py"}
INFO = "amplifier_core-2.0.2+pyodide.1.dist-info"


@pytest.fixture(scope="module")
def official() -> Path:
    """The official wheel, from the cache that build_wheel.sh filled."""
    return fetched(pins()[0], ROOT / "build" / "wheels")


@pytest.fixture(scope="module")
def contents(repackaged_wheel: Path) -> dict[str, bytes]:
    """Name -> content of the repackaged wheel."""
    with zipfile.ZipFile(repackaged_wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def wheel_of(folder: Path, files: dict[str, str]) -> Path:
    """A small wheel, for what the official one does not do."""
    path = folder / "amplifier_core-9.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_the_same_wheel_gives_the_same_bytes(official: Path, repackaged_wheel: Path, tmp_path: Path) -> None:
    assert repackaged(official, tmp_path).read_bytes() == repackaged_wheel.read_bytes()


def test_no_native_code_and_no_grpc_stub_is_inside(contents: dict[str, bytes]) -> None:
    assert [name for name in contents if name.endswith((".so", ".pyd")) or "_grpc_gen" in name] == []


def test_the_licence_is_inside(contents: dict[str, bytes]) -> None:
    assert b"MIT License" in contents[f"{INFO}/licenses/LICENSE"]


def test_the_python_files_of_the_official_wheel_are_unchanged(
    official: Path, contents: dict[str, bytes]
) -> None:
    with zipfile.ZipFile(official) as archive:
        kept = {
            name: archive.read(name)
            for name in archive.namelist()
            if name.endswith(".py") and "_grpc_gen" not in name and name not in LEFT_OUT
        }
    assert {name: contents.get(name) for name in kept} == kept


def test_the_metadata_names_only_what_is_imported(contents: dict[str, bytes]) -> None:
    metadata = message_from_bytes(contents[f"{INFO}/METADATA"])
    assert metadata["Version"] == "2.0.2+pyodide.1"
    assert metadata.get_all("Requires-Dist") == ["pydantic>=2.0", "typing-extensions>=4.0"]


def test_the_wheel_is_pure(contents: dict[str, bytes]) -> None:
    wheel = message_from_bytes(contents[f"{INFO}/WHEEL"])
    assert (wheel["Root-Is-Purelib"], wheel.get_all("Tag")) == ("true", ["py3-none-any"])


def test_no_entry_point_leads_to_a_module_that_is_not_inside(contents: dict[str, bytes]) -> None:
    entry_points = contents[f"{INFO}/entry_points.txt"].decode()
    assert "console_scripts" not in entry_points
    assert "amplifier_core.pytest_plugin" in entry_points


def test_the_record_has_the_hash_of_every_file(contents: dict[str, bytes]) -> None:
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(contents[f"{INFO}/RECORD"].decode()))}
    assert set(rows) == set(contents)
    for name, (digest, size) in rows.items():
        if name != f"{INFO}/RECORD":
            found = base64.urlsafe_b64encode(hashlib.sha256(contents[name]).digest())
            assert digest == f"sha256={found.decode().rstrip('=')}"
            assert size == str(len(contents[name]))


def test_an_engine_name_of_a_future_release_stops_the_build_by_name(tmp_path: Path) -> None:
    files = {
        "amplifier_core/loader_grpc.py": "",
        "amplifier_core/__init__.py": "from ._engine import RustSession, brand_new",
        "amplifier_core/utils/deep.py": (
            "from amplifier_core._engine import newer\nfrom .._engine import newest"
        ),
        "amplifier_core-9.0.dist-info/METADATA": "Name: amplifier-core\nVersion: 9.0\n\n",
    }
    with pytest.raises(UnknownEngineNames, match="brand_new") as refused:
        repackaged(wheel_of(tmp_path, files), tmp_path)
    assert refused.value.names == ["brand_new", "newer", "newest"]


def test_an_engine_name_that_only_the_type_stub_knows_stops_the_build_too(tmp_path: Path) -> None:
    files = {
        "amplifier_core/loader_grpc.py": "",
        "amplifier_core/_engine.pyi": "class RustSession: ...\nclass RustScheduler: ...",
        "amplifier_core-9.0.dist-info/METADATA": "Name: amplifier-core\nVersion: 9.0\n\n",
    }
    with pytest.raises(UnknownEngineNames, match=r"RustScheduler \(in amplifier_core/_engine") as refused:
        repackaged(wheel_of(tmp_path, files), tmp_path)
    assert refused.value.names == ["RustScheduler"]


def test_an_official_file_that_ours_stands_in_for_must_still_be_there(tmp_path: Path) -> None:
    files = {"amplifier_core-9.0.dist-info/METADATA": "Name: amplifier-core\nVersion: 9.0\n\n"}
    with pytest.raises(NoSuchFile, match=r"The official wheel has no amplifier_core/loader_grpc\.py"):
        repackaged(wheel_of(tmp_path, files), tmp_path)


def test_a_wheel_without_metadata_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile, match="METADATA"):
        repackaged(wheel_of(tmp_path, {"amplifier_core/__init__.py": ""}), tmp_path)


def test_the_folder_of_the_wheel_is_made(official: Path, tmp_path: Path) -> None:
    assert repackaged(official, tmp_path / "deep" / "er").parent == tmp_path / "deep" / "er"


def test_every_file_is_readable_by_all_and_from_no_day(repackaged_wheel: Path) -> None:
    with zipfile.ZipFile(repackaged_wheel) as archive:
        entries = archive.infolist()
    assert {(entry.create_system, entry.external_attr >> 16, entry.date_time) for entry in entries} == {
        (3, 0o644, (1980, 1, 1, 0, 0, 0))
    }


def test_imports_of_other_modules_are_no_engine_names() -> None:
    require_engine_names(
        {"amplifier_core/x.py": b"from ._engine_tools import anything\nimport amplifier_core"}
    )


def test_every_public_name_of_the_native_engine_exists() -> None:
    from amplifier_core import _engine

    assert set(vars(_engine)["__all__"]) - engine_names() == set()


def test_the_pinned_release_is_the_one_that_was_measured(official: Path) -> None:
    assert sha256(official) == pins()[0].sha256
