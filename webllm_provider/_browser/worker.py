"""The engine worker: started from a Blob by the page or worker that hosts Python, and watched until it dies.

Nothing here evaluates text and no script enters the page, so a strict content security policy only has to
allow what the worker itself needs: `worker-src blob:`, `script-src blob: 'wasm-unsafe-eval'`, and in
`connect-src` `blob:` and where the engines and models come from.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from .._client import CLOSED, EngineClient
from .._wire import WireError
from ..errors import EngineUnavailable, engine_error
from .scope import absent, browser_scope, foreign

HELLO_SECONDS = 30.0
DIED: WireError = {
    "code": "worker_died",
    "message": "The engine's worker has died.",
    "hint": "Ask again: the engine is started anew.",
}


class EngineWorker:
    """One life of an engine worker, with one client connected to it.

    Args:
        script: the worker's source.
        sources: its configuration, as JSON.
    """

    def __init__(self, script: str, sources: str) -> None:
        self._script = script
        self._sources = sources
        self._scope = browser_scope()
        self._ffi = foreign()
        self._loop = asyncio.get_running_loop()
        self._started: asyncio.Future[str | None] = self._loop.create_future()
        self._proxies: list[Any] = []
        self._watching: asyncio.Future[None] | None = None
        self._blocked: str | None = None
        self._worker: Any = None
        self._port: Any = None
        self._address: str | None = None
        self._life: Any = None
        self.client: EngineClient | None = None

    @property
    def alive(self) -> bool:
        """Whether it runs and its client is connected."""
        return self.client is not None and self.client.ending is None

    async def start(self) -> EngineClient:
        """Start the worker; returns its client, which has heard the hello.

        Cancelling the wait ends the worker.

        Raises:
            BridgeMissing, EngineUnavailable, EngineTimeout, ProtocolMismatch: why it cannot start here.
        """
        _require_workers(self._scope)
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                await self._begin()
                client = self.client = self._connect()
                hello = await asyncio.shield(client.ready)
        except TimeoutError:
            self.end()
            sentence = f"The engine's worker did not answer within {HELLO_SECONDS:.0f} seconds."
            raise engine_error("timeout", sentence, hint="Reload the page.") from None
        except BaseException:
            self.end()
            raise
        self._watch(hello["lock"])
        return client

    def end(self, error: WireError = CLOSED) -> None:
        """End the worker, whatever it does; what runs on it ends with `error`. Safe to repeat."""
        if self.client is not None:
            self.client.end(error)
        if not self._started.done():
            self._started.set_result("it was stopped")
        if self._life is None:
            return
        self._life.abort()
        self._life = None
        for ended in (self._port, self._worker):
            if ended is not None:
                ended.close() if ended is self._port else ended.terminate()
        if self._address is not None:
            self._scope.URL.revokeObjectURL(self._address)
        for proxy in self._proxies:
            proxy.destroy()
        self._proxies.clear()

    async def _begin(self) -> None:
        """The worker runs and holds its lock when this returns."""
        js, started = self._scope, self._started
        self._life = js.AbortController.new()

        def told(event: Any) -> None:
            if not started.done():
                started.set_result(None)

        def failed(event: Any) -> None:
            # Once it runs, an error that nobody caught is no death.
            if not started.done():
                started.set_result(str(getattr(event, "message", None) or ""))

        self._listen(getattr(js, "document", js), "securitypolicyviolation", self._note_violation)
        blob = js.Blob.new(self._js([self._script]), self._js({"type": "text/javascript"}))
        self._address = js.URL.createObjectURL(blob)
        options = self._js({"type": "module", "name": "webllm-provider-engine"})
        try:
            self._worker = js.Worker.new(self._address, options)
        except self._ffi.JsException as error:
            raise self._refusal(str(error)) from error
        self._listen(self._worker, "message", told)
        self._listen(self._worker, "error", failed)
        self._post(self._worker, {"type": "configure", "sources": json.loads(self._sources)})
        why = await started
        if why is not None:
            # The policy's report may come a turn behind the error that it explains.
            await asyncio.sleep(0.01)
            raise self._refusal(why)

    def _connect(self) -> EngineClient:
        channel = self._scope.MessageChannel.new()
        port = self._port = channel.port1
        client = EngineClient(lambda message: self._post(port, message))
        self._listen(
            port, "message", lambda event: client.receive(json.loads(self._scope.JSON.stringify(event.data)))
        )
        # Where a port tells that its other side is gone, a death is noticed at once.
        self._listen(port, "close", self._died)
        port.start()
        self._worker.postMessage(self._js({"type": "connect"}), self._js([channel.port2]))
        return client

    def _watch(self, lock: str) -> None:
        """Getting the worker's lock means that the worker has let it go, and it does that only by dying."""
        granted = self._kept(self._died)
        options = self._js({"signal": self._life.signal})
        request = self._scope.navigator.locks.request(lock, options, granted)

        async def settled() -> None:
            # The request is aborted when the worker is ended from this side.
            try:
                await request
            except self._ffi.JsException:
                return

        self._watching = asyncio.ensure_future(settled())

    def _died(self, *_: Any) -> None:
        # Not from within the callback: its proxy goes with the worker.
        self._loop.call_soon(self.end, DIED)

    def _note_violation(self, event: Any) -> None:
        self._blocked = self._blocked or str(event.effectiveDirective)

    def _refusal(self, why: str) -> Exception:
        if self._blocked is not None:
            return engine_error(
                "unsupported",
                "The page's content security policy does not let the engine's worker start "
                f"({self._blocked}).",
                hint="Add blob: to worker-src and to script-src in the policy of the page.",
                details={"directive": self._blocked},
                kind=EngineUnavailable,
            )
        return engine_error(
            "unsupported",
            f"The engine's worker could not start: {why or 'the browser does not say why'}.",
            hint="If the page has a content security policy, its worker-src and script-src must name blob:.",
            details={"raw": why},
            kind=EngineUnavailable,
        )

    def _listen(self, target: Any, name: str, listener: Callable[[Any], None]) -> None:
        target.addEventListener(name, self._kept(listener), self._js({"signal": self._life.signal}))

    def _kept(self, function: Callable[..., None]) -> Any:
        proxy = self._ffi.create_proxy(function)
        self._proxies.append(proxy)
        return proxy

    def _post(self, target: Any, message: dict[str, Any]) -> None:
        # As text, because Python's None would arrive as undefined.
        target.postMessage(self._scope.JSON.parse(json.dumps(message)))

    def _js(self, value: Any) -> Any:
        return self._ffi.to_js(value, dict_converter=self._scope.Object.fromEntries)


def _require_workers(scope: Any) -> None:
    """The engine needs what browsers give to pages that come over https or from localhost."""
    navigator = getattr(scope, "navigator", None)
    missing = [
        name
        for name, found in (
            ("workers", getattr(scope, "Worker", None)),
            ("message channels", getattr(scope, "MessageChannel", None)),
            ("Web Locks", getattr(navigator, "locks", None)),
        )
        if absent(found)
    ]
    if missing:
        raise engine_error(
            "unsupported",
            f"The engine cannot run here: there are no {', '.join(missing)}.",
            hint="It needs a page or a worker in a browser, over https or from localhost.",
            details={"missing": missing},
            kind=EngineUnavailable,
        )
