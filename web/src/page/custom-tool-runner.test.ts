import { expect, it } from "vitest";
import { CustomToolRunner, LONGEST_RESULT, type RunnerOptions } from "./custom-tool-runner";

interface Rig {
  runner: CustomToolRunner;
  /** What the sandbox says, by a port for each run. */
  ports: MessagePort[];
  closed: number;
  /** Ends the wait that began last. */
  wake: () => void;
}

function rig(): Rig {
  const waits: (() => void)[] = [];
  const made: Rig = { runner: undefined as never, ports: [], closed: 0, wake: () => waits.at(-1)?.() };
  const options: RunnerOptions = {
    read: () => Promise.resolve(new ArrayBuffer(1)),
    open: () => {
      const { port1, port2 } = new MessageChannel();
      made.ports.push(port2);
      const close = (): void => {
        made.closed += 1;
        port1.close();
      };
      return Promise.resolve({ port: port1, close });
    },
    sleep: (_, signal) =>
      new Promise((resolve) => {
        waits.push(resolve);
        signal.addEventListener("abort", () => {
          resolve();
        });
      }),
  };
  made.runner = new CustomToolRunner(options);
  return made;
}

const RUN = { source: "def run(): ...", arguments: {} };
const turns = async (count = 20): Promise<void> => {
  for (let at = 0; at < count; at += 1) await new Promise((resolve) => setTimeout(resolve));
};

it("gives what the tool returned and printed, and closes the sandbox", async () => {
  const sandbox = rig();
  const outcome = sandbox.runner.run(RUN);
  await turns();
  sandbox.ports[0]?.postMessage('{"type":"started"}');
  sandbox.ports[0]?.postMessage(JSON.stringify({ type: "done", value: '{"sum":3}', printed: "hi" }));
  expect(await outcome).toEqual({ value: { sum: 3 }, printed: "hi" });
  expect(sandbox.closed).toBe(1);
});

it("tells what the tool raised", async () => {
  const sandbox = rig();
  const outcome = sandbox.runner.run(RUN);
  await turns();
  sandbox.ports[0]?.postMessage(
    JSON.stringify({ type: "raised", message: "ValueError: no (line 2)", printed: "" }),
  );
  await expect(outcome).rejects.toMatchObject({
    code: "invalid_request",
    message: "ValueError: no (line 2)",
  });
});

it("ends a tool that takes too long, however often it says that it has just begun", async () => {
  const sandbox = rig();
  const outcome = sandbox.runner.run({ ...RUN, deadlineMs: 2000 });
  await turns();
  for (let at = 0; at < 3; at += 1) sandbox.ports[0]?.postMessage('{"type":"started"}');
  await turns();
  sandbox.wake();
  await expect(outcome).rejects.toMatchObject({ code: "timeout" });
  expect(sandbox.closed).toBe(1);
});

it("ends when nobody waits any more", async () => {
  const sandbox = rig();
  const stop = new AbortController();
  const outcome = sandbox.runner.run({ ...RUN, signal: stop.signal });
  await turns();
  stop.abort();
  await expect(outcome).rejects.toMatchObject({ code: "aborted" });
  expect(sandbox.closed).toBe(1);
});

it.each(["nonsense", "{}", "null", '{"type":"done","value":"no JSON"}', { type: "done", value: "1" }])(
  "takes nothing else for a result: %j",
  async (said) => {
    const sandbox = rig();
    const outcome = sandbox.runner.run(RUN);
    await turns();
    sandbox.ports[0]?.postMessage(said);
    await expect(outcome).rejects.toMatchObject({ code: "python_failed" });
  },
);

it("refuses a result that no model could read", async () => {
  const sandbox = rig();
  const outcome = sandbox.runner.run(RUN);
  await turns();
  const value = JSON.stringify("x".repeat(LONGEST_RESULT));
  sandbox.ports[0]?.postMessage(JSON.stringify({ type: "done", value, printed: "" }));
  await expect(outcome).rejects.toMatchObject({ code: "invalid_request" });
});

it("runs one tool after the other", async () => {
  const sandbox = rig();
  const first = sandbox.runner.run(RUN);
  const second = sandbox.runner.run(RUN);
  await turns();
  expect(sandbox.ports).toHaveLength(1);
  sandbox.ports[0]?.postMessage(JSON.stringify({ type: "raised", message: "x", printed: "" }));
  await expect(first).rejects.toThrow("x");
  await turns();
  sandbox.ports[1]?.postMessage(JSON.stringify({ type: "done", value: "1", printed: "" }));
  expect(await second).toMatchObject({ value: 1 });
});
