"""Find a Firefox that can be driven over WebDriver BiDi, or get one.

Order: `$WEBLLM_FIREFOX`, an installed `firefox-esr` or `firefox`; where there is none, Debian's `firefox-esr`
by apt (as root). As a program it prints the path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("firefox-esr", "firefox")
MAC_FIREFOX = Path("/Applications/Firefox.app/Contents/MacOS/firefox")


class NoFirefox(RuntimeError):
    """No Firefox is here and none could be installed."""


def find() -> Path | None:
    """The Firefox to use, or None.

    Raises:
        NoFirefox: `$WEBLLM_FIREFOX` names a file that is not there.
    """
    if chosen := os.environ.get("WEBLLM_FIREFOX"):
        if not Path(chosen).is_file():
            raise NoFirefox(f"WEBLLM_FIREFOX names {chosen}, and there is no such file.")
        return Path(chosen)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    return MAC_FIREFOX if MAC_FIREFOX.exists() else None


def ensure() -> Path:
    """The Firefox to use, installed first where that is possible.

    Raises:
        NoFirefox: with what to do by hand.
    """
    if found := find():
        return found
    by_hand = "Install Firefox, or set WEBLLM_FIREFOX to its path."
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        raise NoFirefox(f"No Firefox was found, and only root can install one here. {by_hand}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "firefox-esr"]
    try:
        # What apt says is for people; this program's own output is the path.
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment, stdout=sys.stderr)
        subprocess.run(install, check=True, env=environment, stdout=sys.stderr)
    except (subprocess.CalledProcessError, OSError) as error:
        raise NoFirefox(f"No Firefox was found and apt could not install one ({error}). {by_hand}") from error
    if found := find():
        return found
    raise NoFirefox(f"A Firefox was installed, but none can be found. {by_hand}")


if __name__ == "__main__":
    try:
        print(ensure())
    except NoFirefox as error:
        sys.exit(str(error))
