"""What `make watch` says of releases that are not there yet: doctored copies of those that are."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.repackage import ENGINE
from kernel.watch.__main__ import main
from kernel.watch.changes import Change, written
from tests.kernel.differential.comparing import INTENDED
from tools.wheels.fetch import fetched, pins

ROOT = Path(__file__).resolve().parent.parent.parent
WEB_LLM = ROOT / "web" / "node_modules" / "@mlc-ai" / "web-llm"
Files = dict[str, bytes]
STUB = "amplifier_core/_engine.pyi"
NATIVE = "amplifier_core/_engine.abi3.so"


@pytest.fixture(scope="module")
def official() -> Path:
    """The official wheel, from the cache that build_wheel.sh filled."""
    return fetched(pins()[0], ROOT / "build" / "wheels")


@pytest.fixture
def release(official: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a release from the official one by a change of its files."""

    def made(change: Callable[[Files], None], version: str = "2.0.2") -> Path:
        with zipfile.ZipFile(official) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        change(files)
        path = tmp_path / official.name.replace("2.0.2", version)
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name.replace("core-2.0.2", f"core-{version}"), content)
        return path

    return made


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit status and report of a look at one subject."""
    status = main(list(arguments))
    return status, capsys.readouterr().out


def on_a_pure_engine(files: Files) -> None:
    """Puts our engine where the native one is, so that a behaviour of the release can be changed."""
    del files[NATIVE]
    for path in ENGINE.glob("*.py"):
        files[f"amplifier_core/_engine/{path.name}"] = path.read_bytes()


def test_the_pinned_release_has_not_changed(official: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, report = said(capsys, "--only", "amplifier-core", "--wheel", str(official))
    assert (status, report.count("Nothing that the kernel stands on has changed.")) == (0, 1)


def test_a_new_name_is_named(release: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    def change(files: Files) -> None:
        files[STUB] += b"\nclass RustScheduler:\n    def run(self) -> None: ...\n"

    status, report = said(
        capsys, "--only", "amplifier-core", "--wheel", str(release(change, version="2.1.0"))
    )
    assert status == 1
    assert "## amplifier-core 2.1.0" in report
    assert "- `RustScheduler.run`" in report
    assert "Names that our engine lacks:\n\n- `RustScheduler`" in report


def test_a_removed_name_and_a_changed_signature_are_named(
    release: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    def change(files: Files) -> None:
        stub = files[STUB].decode()
        stub = stub.replace("    def reset_turn(self) -> None: ...\n", "")
        stub = stub.replace("immediate: bool = False", "immediate: bool = True")
        files[STUB] = stub.encode()

    _, report = said(capsys, "--only", "amplifier-core", "--wheel", str(release(change)))
    assert "Removed names in the engine's type stub:\n\n- `RustCoordinator.reset_turn`" in report
    assert "`RustCoordinator.request_cancel: async (self, immediate: bool=False) -> async (self" in report


def test_other_bytes_under_the_pinned_version_are_reported(
    release: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = said(
        capsys, "--only", "amplifier-core", "--wheel", str(release(lambda files: None, version="2.0.2"))
    )
    assert status == 1
    assert "Other bytes under the pinned version:\n\n- `sha256 " in report


def test_a_behaviour_that_changed_is_named_by_its_observation(
    release: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    def change(files: Files) -> None:
        on_a_pure_engine(files)
        name = "amplifier_core/_engine/retry.py"
        changed = files[name].replace(b"max_delay: float = 60.0", b"max_delay: float = 61.0")
        assert changed != files[name]
        files[name] = changed

    _, report = said(capsys, "--only", "amplifier-core", "--wheel", str(release(change, version="2.0.3")))
    assert "Observations that differ from ours:\n\n" in report
    assert "- `retries.configuration/defaults`" in report
    # Nothing else: the differences on purpose hold between the native engine and ours.
    assert INTENDED
    assert "sessions." not in report


def test_a_release_that_does_not_start_is_reported(
    release: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    def change(files: Files) -> None:
        files["amplifier_core/__init__.py"] = b"import a_new_dependency\n"

    _, report = said(capsys, "--only", "amplifier-core", "--wheel", str(release(change, version="3.0.0")))
    assert "The scenarios do not run:" in report
    assert "a_new_dependency" in report


def test_exports_and_declarations_of_web_llm_are_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = shutil.copytree(WEB_LLM, tmp_path / "web-llm", ignore=shutil.ignore_patterns("*.map"))
    _replace(newest / "lib" / "index.js", "hasModelInCache,", "hasModelStored,")
    _replace(newest / "lib" / "config.d.ts", "model_lib: string;", "model_lib: URL;")
    _replace(newest / "package.json", '"version": "0.2.86"', '"version": "0.3.0"')
    status, report = said(capsys, "--only", "web-llm", "--web-llm", str(newest))
    assert status == 1
    assert "## web-llm 0.3.0" in report
    assert "New exports:\n\n- `hasModelStored`" in report
    assert "Removed exports:\n\n- `hasModelInCache`" in report
    assert "ModelRecord" in report


def _replace(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_the_installed_web_llm_has_not_changed(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "--only", "web-llm", "--web-llm", str(WEB_LLM))[0] == 0


def test_a_pyodide_that_does_not_run_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"version": "999.0.0"}), encoding="utf-8")
    (tmp_path / "pyodide.mjs").write_text("throw new Error('not today');", encoding="utf-8")
    status, report = said(capsys, "--only", "pyodide", "--pyodide", str(tmp_path))
    assert status == 1
    assert "## Pyodide 999.0.0\n\nIt does not run:" in report


def test_the_report_is_also_written_where_it_is_wanted(
    official: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--only", "web-llm", "--web-llm", str(WEB_LLM), "--report", str(tmp_path / "report.md")])
    assert (tmp_path / "report.md").read_text(encoding="utf-8").strip() == capsys.readouterr().out.strip()


def test_a_release_that_cannot_be_had_is_no_change(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert main(["--only", "amplifier-core"]) == 2
    assert "pip could not fetch the newest amplifier-core" in capsys.readouterr().err


def test_changes_are_grouped_by_release() -> None:
    changes = [Change("a 1", "New", ("x", "y")), Change("b 2", "Old", ("z",)), Change("a 1", "Gone", ("w",))]
    text = written(changes, ["a 1", "b 2"])
    assert text.count("## ") == 2
    assert text.index("`w`") < text.index("## b 2")
