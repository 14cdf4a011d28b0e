"""A real Redis for tests, on a port of its own.

It is found on the machine, or installed by apt where that is possible (Debian's package, as root).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

STARTED_WITHIN_S = 20


class NoRedis(RuntimeError):
    """No Redis is here and none could be installed."""


def ensure() -> str:
    """The program to run, installed first where that is possible.

    Raises:
        NoRedis: with what to do by hand.
    """
    if found := shutil.which("redis-server"):
        return found
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        raise NoRedis("No Redis was found, and only root can install one here. Install redis-server.")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "redis-server"]
    try:
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
        subprocess.run(install, check=True, env=environment)
    except (subprocess.CalledProcessError, OSError) as error:
        raise NoRedis(f"No Redis was found and apt could not install one ({error}).") from error
    if found := shutil.which("redis-server"):
        return found
    raise NoRedis("A Redis was installed, but none can be found.")


class RedisServer:
    """One Redis that keeps nothing on the disk.

    Args:
        folder: where it runs.
    """

    def __init__(self, folder: Path) -> None:
        self._program = ensure()
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As clients take it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, empty; returns when it answers."""
        command = [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(
            [*command, "--appendonly", "no", "--dir", str(self._folder)], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + STARTED_WITHIN_S
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
            time.sleep(0.02)

    def stop(self) -> None:
        """End it; everything in it is gone. Safe to repeat."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
