"""Find a Chromium that can be driven, or get one; and say with which flags to start it.

Order: `$WEBLLM_CHROMIUM`, an installed Chrome or Chromium, Playwright's own build; where there is none,
Debian's `chromium` by apt (as root), else Playwright's download. As a program it prints the path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

# A test must not depend on what a browser does for itself in the background.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)


class NoBrowser(RuntimeError):
    """No Chromium is here and none could be installed."""


def flags(*, webgpu: bool) -> list[str]:
    """Command-line flags for a headless run; without a GPU, WebGPU means the software adapter.

    Without `--enable-unsafe-webgpu` a headless Chromium has no adapter at all: that is what
    `webgpu=False` gives.
    """
    chosen = [*QUIET]
    if webgpu:
        chosen.append("--enable-unsafe-webgpu")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        chosen.append("--no-sandbox")
    return chosen


def _playwright_build() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def find() -> Path | None:
    """The Chromium to use, or None.

    Raises:
        NoBrowser: `$WEBLLM_CHROMIUM` names a file that is not there.
    """
    if chosen := os.environ.get("WEBLLM_CHROMIUM"):
        if not Path(chosen).is_file():
            raise NoBrowser(f"WEBLLM_CHROMIUM names {chosen}, and there is no such file.")
        return Path(chosen)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    if MAC_CHROME.exists():
        return MAC_CHROME
    return _playwright_build()


def _install() -> None:
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        try:
            _install_with_apt()
        except (subprocess.CalledProcessError, OSError) as error:
            # Not every distribution with apt has this package.
            print(f"apt could not install chromium ({error}).", file=sys.stderr, flush=True)
        else:
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def _install_with_apt() -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=True, env=environment)


def ensure() -> Path:
    """The Chromium to use, installed first where that is possible.

    Raises:
        NoBrowser: with what to do by hand.
    """
    if found := find():
        return found
    try:
        _install()
    except (subprocess.CalledProcessError, OSError) as error:
        raise NoBrowser(
            f"No Chromium was found and installing one failed ({error}). "
            "Install chromium or Google Chrome, or set WEBLLM_CHROMIUM to its path."
        ) from error
    if found := find():
        return found
    raise NoBrowser("A Chromium was installed, but none can be found. Set WEBLLM_CHROMIUM to its path.")


if __name__ == "__main__":
    try:
        print(ensure())
    except NoBrowser as error:
        sys.exit(str(error))
