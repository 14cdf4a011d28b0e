import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EngineWorker } from "./engine-worker";

beforeEach(() => {
  vi.stubGlobal("window", { isSecureContext: true });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("tells whoever connects why the browser refused to start the worker", async () => {
  const worker = new EngineWorker({
    spawn: () => {
      throw new Error("The operation is insecure.");
    },
    sources: {},
  });
  const { port1, port2 } = new MessageChannel();
  const told = new Promise((resolve) => {
    port2.onmessage = ({ data }) => {
      resolve(data);
    };
  });
  worker.connect(port1);
  expect(await told).toMatchObject({
    type: "refused",
    error: { code: "worker_died", message: expect.stringContaining("The operation is insecure.") as string },
  });
  port2.close();
});
