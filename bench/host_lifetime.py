"""How long a browser keeps the service worker that holds the engine: `python -m bench.host_lifetime`.

A browser that is being debugged ends no service worker, so this one is not: its page tells the server that
serves it what it has seen. Two browsers run side by side, one with a page that says every 10 s that it is
there, as the application does, and one whose page only holds a port.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import threading
import time
from urllib.parse import parse_qs, urlsplit

from tools import browser as chromium
from tools import serve as static
from tools.serve import SITE, Handler

PAGE = """<!doctype html><title>A page that holds a port</title><script type="module">
import { EngineClient } from "./lib/bridge.js";
const query = new URLSearchParams(location.search);
const told = what => fetch(`./told?page=${query.get("page")}&what=${what}`);
const registration = await navigator.serviceWorker.register(
  "./engine-host.js", { scope: "./engine-host/", type: "module" });
while (registration.active === null) await new Promise(done => setTimeout(done, 50));
const { port1, port2 } = new MessageChannel();
registration.active.postMessage({ type: "connect" }, [port1]);
const client = new EngineClient(port2, { locks: navigator.locks });
await client.ready;
await told("connected");
client.closed.then(() => told("ended"));
const keep = () => registration.active.postMessage({ type: "keep" });
if (query.get("page") === "keeps") setInterval(keep, 10_000);
</script>"""
PAGES = ("keeps", "only holds a port")


class _Told:
    """What the pages have said, and when."""

    def __init__(self) -> None:
        self.at: dict[tuple[str, str], float] = {}

    def handler(self) -> type[Handler]:
        told = self

        class Telling(Handler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                if url.path.endswith("/told"):
                    query = parse_qs(url.query)
                    told.at.setdefault((query["page"][0], query["what"][0]), time.monotonic())
                if url.path.endswith(("/told", "/holding.html")):
                    body = PAGE.encode()
                    self.send_response(200)
                    self.send_header("Content-Type", "text/html")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                else:
                    super().do_GET()

        return Telling


def _open(address: str, stop: threading.Event) -> None:
    with tempfile.TemporaryDirectory() as profile:
        command = [str(chromium.ensure()), "--headless", f"--user-data-dir={profile}"]
        running = subprocess.Popen(
            [*command, *chromium.flags(webgpu=True), address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stop.wait()
        running.terminate()
        running.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a browser keeps the engine's service worker.")
    parser.add_argument("seconds", nargs="?", type=int, default=420, help="how long to look")
    seconds = parser.parse_args().seconds
    told, stop = _Told(), threading.Event()
    with static.serving(SITE, told.handler()) as site:
        browsers = [
            threading.Thread(target=_open, args=(f"{site}holding.html?page={page.replace(' ', '%20')}", stop))
            for page in PAGES
        ]
        for browser in browsers:
            browser.start()
        time.sleep(seconds)
        stop.set()
        for browser in browsers:
            browser.join()
    for page in PAGES:
        begun, ended = told.at.get((page, "connected")), told.at.get((page, "ended"))
        if begun is None:
            print(f"a page that {page}: never connected")
        elif ended is None:
            print(f"a page that {page}: its worker lived to the end, {seconds} s")
        else:
            print(f"a page that {page}: its worker was ended after {ended - begun:.0f} s")


if __name__ == "__main__":
    main()
