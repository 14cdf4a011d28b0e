"""What code in the sandbox of a person's own tool tries, in Python and beneath it."""

from __future__ import annotations

PROBING_TOOL = """
import asyncio, sys

def attempt(what):
    try:
        return f"worked: {what()!r}"
    except BaseException as error:
        return type(error).__name__

async def attempt_async(what):
    try:
        return f"worked: {await what()!r}"
    except BaseException as error:
        return type(error).__name__

async def run(address):
    import js
    from pyodide.code import run_js
    from pyodide.http import open_url, pyfetch
    import urllib.request
    print("probing")
    return {
        "js": sorted(name for name in dir(js) if name in ("Array", "Object") or name.endswith("imeout")),
        "document": attempt(lambda: js.document),
        "self": attempt(lambda: js.self),
        "eval": attempt(lambda: run_js("1")),
        "Function": attempt(lambda: js.Object.constructor("return self")()),
        "pyfetch": await attempt_async(lambda: pyfetch(address)),
        "open_url": attempt(lambda: open_url(address).read()),
        "urllib": attempt(lambda: urllib.request.urlopen(address).read()),
        "kernel": attempt(lambda: __import__("amplifier_core")),
        "provider": attempt(lambda: __import__("webllm_provider")),
    }
"""

# Beneath Python, with everything that the worker's scope offers.
PROBE_SCOPE = """async address => {
  const tried = async what => {
    try { return `worked: ${await what()}`; } catch (error) { return error.name; }
  };
  const refused = new TypeError("refused");
  const socket = () => new Promise((open, fail) => {
    const one = new WebSocket(address.replace("http", "ws"));
    one.onopen = () => open("open"); one.onerror = () => fail(refused);
  });
  const image = () => new Promise((done, fail) => {
    const one = new Image(); one.onload = () => done("loaded"); one.onerror = () => fail(refused);
    one.src = address;
  });
  const inWorker = typeof document === "undefined";
  const realFetch = Object.getPrototypeOf(Object.getPrototypeOf(self)).fetch ?? self.fetch;
  return {
    origin: self.origin,
    fetch: await tried(() => self.fetch(address)),
    realFetch: await tried(() => realFetch.call(self, address)),
    xhr: await tried(() => {
      const one = new XMLHttpRequest(); one.open("GET", address, false); one.send(); return one.status;
    }),
    socket: await tried(socket),
    events: await tried(() => new Promise((open, fail) => {
      const one = new EventSource(address); one.onopen = open; one.onerror = () => fail(refused);
    })),
    module: await tried(() => import(address)),
    scripts: inWorker ? await tried(() => importScripts(address)) : "TypeError",
    image: inWorker ? "TypeError" : await tried(image),
    eval: await tried(() => (0, eval)("1")),
    database: await tried(() => new Promise((open, fail) => {
      const one = indexedDB.open("webllm-provider");
      one.onsuccess = open; one.onerror = () => fail(one.error);
    })),
    caches: await tried(() => caches.keys()),
    files: await tried(() => navigator.storage.getDirectory()),
    cookies: inWorker ? "SecurityError" : await tried(() => document.cookie),
    page: inWorker ? "SecurityError" : await tried(() => parent.document.title),
    peers: inWorker ? typeof RTCPeerConnection : "undefined",
  };
}"""
REFUSALS = {"TypeError", "SecurityError", "EvalError", "NetworkError", "ReferenceError", "undefined"}
