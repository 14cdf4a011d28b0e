/** The script of sandbox.html: opens a frame of an opaque origin for one run of a person's own tool. */
import scripts, { emptyLock } from "virtual:sandbox-scripts";
import type { RunInSandbox } from "./messages";
import { openOpaqueFrame } from "./opaque-frame";
import { TOOL_FRAME_POLICY } from "./policies";
import workerScript from "./tool-worker.js?raw";
import harness from "./tool_harness.py?raw";

window.addEventListener("message", (event: MessageEvent<RunInSandbox>) => {
  const [port] = event.ports;
  if (event.source !== window.parent || event.origin !== window.location.origin || port === undefined) return;
  event.data.type satisfies "run";
  const message = { ...event.data, harness, lock: emptyLock, worker: workerScript };
  openOpaqueFrame({ script: scripts.tool.script, policy: TOOL_FRAME_POLICY }, message, [
    port,
    ...Object.values(event.data.files as unknown as Record<string, ArrayBuffer>),
  ]);
});
