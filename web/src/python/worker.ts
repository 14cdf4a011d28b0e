/** The worker that hosts Python: takes the page's messages, boots Pyodide, and passes turns to Amplifier sessions. */
import { installBridge } from "../bridge/globals";
import { EngineLink } from "../bridge/link";
import { engineWire } from "../bridge/wire-tap";
import { ServerWay } from "../bridge/server-way";
import { installStore } from "../bridge/store";
import { areProfileKeys } from "../sealing/keys";
import { SealedCodec } from "../sealing/sealed-codec";
import { overlaps, PROTOCOL } from "../protocol/version";
import type { Boot, PageMessage, PythonMessage } from "../protocol/wire";
import type { PyodideAPI } from "pyodide";
import { ApiHost } from "./api";
import { bootPython } from "./boot";
import { pythonFailed } from "./failure";
import { type PreparedStart, prepareStart } from "./interpreter";
import { mark } from "./marks";
import type { PythonSessions } from "./sessions";
import { WatchedWire } from "./watched-wire";

const scope = self as unknown as DedicatedWorkerGlobalScope;
let link: EngineLink | null = null;
const server = new ServerWay();
server.install(scope);
let sessions: PythonSessions | null = null;
let prepared: PreparedStart | undefined;
let started: (python: PyodideAPI) => void;
const python = new Promise<PyodideAPI>((resolve) => (started = resolve));
const api = new ApiHost(python, scope.name);
const watched = new WatchedWire(engineWire, emit);

function emit(message: PythonMessage | string): void {
  scope.postMessage(message);
}

function fail(error: unknown): void {
  emit({ type: "python_failed", error: pythonFailed(error) });
}

async function boot(message: Boot, keys: MessagePort | undefined): Promise<void> {
  if (!overlaps(PROTOCOL, message.protocol)) {
    // The page compares the ranges itself and says what to do; this end only must not go on.
    throw new Error("The page speaks another version of the protocol: reload it.");
  }
  const began = performance.now();
  mark("asked to start");
  const { tab } = message;
  link = new EngineLink({ name: tab === undefined ? "python" : `python:${tab}`, locks: navigator.locks });
  installBridge(globalThis, link);
  installStore(globalThis, {
    ...(message.store === undefined ? {} : { name: message.store }),
    ...(keys === undefined ? {} : { sealing: codecFrom(keys) }),
  });
  const booted = await bootPython(message, emit, prepared);
  sessions = booted.sessions;
  started(booted.pyodide);
  emit({
    type: "booted",
    protocol: PROTOCOL,
    versions: booted.versions,
    boot_ms: performance.now() - began,
  });
}

/** The keys of a locked profile come through a port: once, and never in a message that something may write down. */
function codecFrom(port: MessagePort): Promise<SealedCodec> {
  return new Promise((resolve, reject) => {
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      port.close();
      if (areProfileKeys(data)) resolve(new SealedCodec(data));
      else reject(new Error("The page sent no keys for what Python keeps."));
    };
  });
}

function ready(): PythonSessions {
  if (sessions === null) throw new Error("The page sent a turn before Python had started.");
  return sessions;
}

async function dispatch(message: PageMessage, ports: readonly MessagePort[]): Promise<void> {
  switch (message.type) {
    case "prepare":
      prepared = prepareStart(message, globalThis.fetch.bind(globalThis));
      // The first word, from which on the page notices a death: a profile may stay locked for hours.
      emit({ type: "booting", stage: "interpreter", fraction: 0, text: "" });
      return;
    case "boot":
      return boot(message, ports[0]);
    case "attach_engine": {
      const port = ports[0];
      if (port === undefined) throw new Error("The page sent attach_engine without a port.");
      if (link === null) throw new Error("The page sent attach_engine before it had Python start.");
      link.attach(port);
      return;
    }
    case "ask":
      return ready().ask(message);
    case "stop":
      ready().stop(message.id);
      return;
    case "forget":
      return ready().forget(message.conversation);
    case "run_tool":
      return ready().runTool(message);
    case "approve":
      ready().approve(message);
      return;
    case "page_answer":
      ready().pageAnswer(message);
      return;
    case "inspect":
      return ready().inspect(message);
    case "replay":
      return ready().replay(message);
    case "watch_wire":
      watched.watch(message.on);
      return;
    case "serve_api": {
      const port = ports[0];
      if (port === undefined) throw new Error("The page sent serve_api without a port.");
      api.serve(port);
      return;
    }
    case "reach_server": {
      const port = ports[0];
      if (port === undefined) throw new Error("The page sent reach_server without a port.");
      server.open(message.origin, port);
      return;
    }
    default:
      throw new Error(`The page sent a message that Python does not know: ${unknownType(message)}.`);
  }
}

function unknownType(message: never): string {
  return JSON.stringify((message as { type?: unknown }).type);
}

/** Held until this worker ends, however it ends: the page waits for it and so learns of a death. */
function holdLifeLock(name: string): Promise<void> {
  return new Promise((resolve) => {
    void navigator.locks.request(name, () => {
      resolve();
      return new Promise<never>(() => {
        // Never settled on purpose.
      });
    });
  });
}

scope.addEventListener("unhandledrejection", (event) => {
  // Before the start is over nothing may go wrong unseen. Later, a turn reports its own errors, and a stray
  // rejection beside it is for the console. An uncaught exception reaches the page as the worker's `error`.
  if (sessions === null) fail(event.reason);
});

const alive = holdLifeLock(scope.name);
scope.addEventListener("message", (event: MessageEvent<PageMessage>) => {
  void alive.then(() => dispatch(event.data, event.ports)).catch(fail);
});
