"""Where no nginx can be had, that is a sentence and not a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import nginx


def test_without_nginx_and_apt_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(nginx, "FOLDERS", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(nginx.NoNginx, match="Install nginx"):
        nginx.ensure()


def test_an_nginx_outside_of_the_path_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "nginx"
    program.touch(mode=0o755)
    monkeypatch.setattr(nginx, "FOLDERS", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    assert nginx.ensure() == program
