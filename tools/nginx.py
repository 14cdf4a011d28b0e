"""A real nginx in front of a built site, with or without cross-origin isolation, or in front of a server.

nginx is found on the machine, or installed by apt where that is possible (Debian's package, as root).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

STARTED_WITHIN_S = 10
# Debian keeps it where only root's path leads.
FOLDERS = "/usr/sbin:/usr/local/sbin"

# What deploy/hosts says of a site: headers, compression, how long a file may be kept.
HOSTS = Path(__file__).resolve().parent.parent / "deploy" / "hosts"

SITE = """
daemon off;
worker_processes 1;
pid {state}/nginx.pid;
error_log {state}/error.log;
events {{ worker_connections 128; }}
http {{
  access_log off;
  client_body_temp_path {state}/body; proxy_temp_path {state}/proxy; fastcgi_temp_path {state}/fastcgi;
  uwsgi_temp_path {state}/uwsgi; scgi_temp_path {state}/scgi;
  include {hosts}/nginx-http.conf;
  server {{
    listen 127.0.0.1:{port};
    location {prefix} {{
      alias {folder}/;
      include {hosts}/nginx-location.conf;
    }}
  }}
}}
"""

PROXY = """
daemon off;
worker_processes 1;
pid {state}/nginx.pid;
error_log {state}/error.log;
events {{ worker_connections 128; }}
http {{
  access_log off;
  client_body_temp_path {state}/body; proxy_temp_path {state}/proxy; fastcgi_temp_path {state}/fastcgi;
  uwsgi_temp_path {state}/uwsgi; scgi_temp_path {state}/scgi;
  {mapping}
  server {{
    listen 127.0.0.1:{port};
    {location}
  }}
}}
"""


class NoNginx(RuntimeError):
    """No nginx is here and none could be installed."""


def ensure() -> Path:
    """The nginx to use, installed first where that is possible.

    Raises:
        NoNginx: with what to do by hand.
    """
    if found := _find():
        return found
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        raise NoNginx("No nginx was found, and only root can install one here. Install nginx.")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "nginx-light"],
            check=True,
            env=environment,
        )
    except (subprocess.CalledProcessError, OSError) as error:
        raise NoNginx(f"No nginx was found and apt could not install one ({error}).") from error
    if found := _find():
        return found
    raise NoNginx("An nginx was installed, but none can be found.")


def _find() -> Path | None:
    found = shutil.which("nginx") or shutil.which("nginx", path=FOLDERS)
    return Path(found) if found else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    folder: Path, *, isolated: bool, prefix: str = "/"
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve `folder` below `prefix`, with the configuration that deploy/hosts offers.

    Gives the base URL, with a slash at its end, and the process.
    """
    hosts = HOSTS / ("isolated" if isolated else "plain")
    with _started(SITE, folder=folder, hosts=hosts, prefix=prefix) as (url, process):
        yield url.rstrip("/") + prefix, process


@contextmanager
def proxying(mapping: str, location: str) -> Iterator[str]:
    """Stand in front of a server; gives the base URL, with a slash at its end.

    Args:
        mapping: goes into the block `http`.
        location: goes into the block `server`.
    """
    with _started(PROXY, mapping=mapping, location=location) as (url, _):
        yield url


@contextmanager
def _started(template: str, **parts: object) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    program = ensure()
    with tempfile.TemporaryDirectory(prefix="nginx-") as state:
        # Its worker runs as another user, who may not look into a private folder.
        Path(state).chmod(0o755)
        port = _free_port()
        configuration = Path(state) / "nginx.conf"
        text = template.format(state=state, port=port, **parts)
        user = "user root;\n" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
        configuration.write_text(user + text)
        command = [str(program), "-p", state, "-c", str(configuration), "-e", f"{state}/error.log"]
        process = subprocess.Popen(command)
        try:
            url = f"http://localhost:{port}/"
            _wait_until_it_answers(url, process, Path(state) / "error.log")
            yield url, process
        finally:
            process.terminate()
            process.wait()


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTED_WITHIN_S
    while True:
        try:
            with urlopen(url):
                return
        except HTTPError:
            # An answer, whatever it says: so it answers.
            return
        except URLError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text() if log.exists() else ""
                raise RuntimeError(f"nginx does not answer: {error.reason}\n{said}") from error
        time.sleep(0.05)
