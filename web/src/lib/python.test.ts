// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { PROTOCOL } from "../protocol/version";
import type { PageMessage, PythonMessage } from "../protocol/wire";
import { type PythonRuntime, startPython, type StartPythonOptions } from "./python";

const VERSIONS = { python: "3", pyodide: "314", amplifier_core: "2", webllm_provider: "0" };
const BOOTED: PythonMessage = { type: "booted", protocol: PROTOCOL, versions: VERSIONS, boot_ms: 1 };

/** A worker that a test speaks for. */
class ScriptedWorker extends EventTarget {
  readonly received: PageMessage[] = [];
  terminated = false;

  postMessage(message: PageMessage): void {
    this.received.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  say(data: PythonMessage): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  /** The id of the last turn that was asked for. */
  get turn(): string {
    const ask = this.received.findLast((message) => message.type === "ask");
    if (ask === undefined) throw new Error("Nothing was asked.");
    return ask.id;
  }
}

let workers: ScriptedWorker[];

beforeEach(() => {
  workers = [];
  // A lock that is never let go: the worker lives.
  const locks = { request: () => new Promise(() => undefined) };
  Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
});

const latest = (): ScriptedWorker => {
  const worker = workers.at(-1);
  if (worker === undefined) throw new Error("Nothing was started.");
  return worker;
};

function start(options: Partial<StartPythonOptions> = {}): Promise<PythonRuntime> {
  return startPython({
    engine: { connect: () => new MessageChannel().port1 },
    worker: () => {
      const worker = new ScriptedWorker();
      workers.push(worker);
      return worker as unknown as Worker;
    },
    ...options,
  });
}

async function started(): Promise<PythonRuntime> {
  const starting = start();
  latest().say(BOOTED);
  return starting;
}

describe("the start", () => {
  it("tells its progress and gives the versions", async () => {
    const fractions: number[] = [];
    const starting = start({ onProgress: ({ fraction }) => fractions.push(fraction) });
    latest().say({ type: "booting", stage: "interpreter", fraction: 0.5, text: "" });
    latest().say(BOOTED);
    expect((await starting).versions).toEqual(VERSIONS);
    expect(fractions).toEqual([0.5]);
  });

  it("that fails rejects with the code and leaves no worker", async () => {
    const starting = start();
    latest().say({ type: "python_failed", error: { code: "python_failed", message: "No wheel." } });
    await expect(starting).rejects.toMatchObject({ code: "python_failed", message: "No wheel." });
    expect(latest().terminated).toBe(true);
  });

  it("is given up by its signal", async () => {
    const giveUp = new AbortController();
    const starting = start({ signal: giveUp.signal });
    giveUp.abort();
    await expect(starting).rejects.toMatchObject({ code: "aborted" });
    expect(latest().terminated).toBe(true);
  });

  it("does not begin where it was given up before", async () => {
    await expect(start({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
    expect(workers).toEqual([]);
  });
});

describe("a session", () => {
  it("asks in its own conversation and stops by the turn's id", async () => {
    const python = await started();
    const stop = new AbortController();
    const session = python.session("mine");
    const answer = session.ask("Hello?", { signal: stop.signal });
    expect(latest().received.at(-1)).toMatchObject({ type: "ask", conversation: "mine", text: "Hello?" });
    stop.abort();
    expect(latest().received.at(-1)).toEqual({ type: "stop", id: latest().turn });
    latest().say({ type: "turn_ended", id: latest().turn, outcome: "cancelled", text: "Hel" });
    expect(await answer).toEqual({ outcome: "cancelled", text: "Hel" });
    session.end();
    expect(latest().received.at(-1)).toEqual({ type: "forget", conversation: "mine" });
  });

  it("asks nothing where the signal was aborted before", async () => {
    const python = await started();
    const before = latest().received.length;
    const answer = await python.session().ask("Hello?", { signal: AbortSignal.abort() });
    expect(answer).toEqual({ outcome: "cancelled", text: "" });
    expect(latest().received).toHaveLength(before);
  });

  it("whose listener throws is stopped in Python too", async () => {
    const python = await started();
    const thrown = new Error("The page is gone.");
    const answer = python.session().ask("Hello?", {
      onEvent: () => {
        throw thrown;
      },
    });
    latest().say({ type: "turn_event", id: latest().turn, name: "x", payload: {} });
    await expect(answer).rejects.toBe(thrown);
    expect(latest().received.at(-1)).toEqual({ type: "stop", id: latest().turn });
  });

  it("fails with Python's death, and works again after a restart", async () => {
    const python = await started();
    const session = python.session();
    const dying = session.ask("Hello?");
    latest().say({ type: "python_failed", error: { code: "python_failed", message: "Python stopped." } });
    await expect(dying).rejects.toMatchObject({ code: "python_failed", message: "Python stopped." });
    expect(python.versions).toBeNull();
    await expect(session.ask("Again?")).rejects.toMatchObject({ code: "python_failed" });

    const restarting = python.restart();
    latest().say(BOOTED);
    await restarting;
    expect(workers).toHaveLength(2);
    const answer = session.ask("Again?");
    latest().say({ type: "turn_ended", id: latest().turn, outcome: "completed", text: "Yes." });
    expect((await answer).text).toBe("Yes.");
  });

  it("that still runs when Python is closed ends as aborted", async () => {
    const python = await started();
    const answer = python.session().ask("Hello?");
    python.close();
    await expect(answer).rejects.toMatchObject({ code: "aborted" });
    expect(latest().terminated).toBe(true);
  });
});

describe("a tool", () => {
  const ASKED: PythonMessage = {
    type: "approval_asked",
    id: "t",
    approval: "a-1",
    tool: "clipboard",
    arguments: { action: "read" },
    question: "May it?",
  };
  const CALL: PythonMessage = {
    type: "page_call",
    call: "c-1",
    service: "download",
    arguments: { name: "a.txt", text: "x" },
  };
  const began = async (options: Partial<StartPythonOptions>): Promise<ScriptedWorker> => {
    const starting = start(options);
    latest().say(BOOTED);
    await starting;
    return latest();
  };
  const answers = (worker: ScriptedWorker): PageMessage[] =>
    worker.received.filter(({ type }) => type === "approve" || type === "page_answer");

  it("that needs consent gets the answer of onApproval", async () => {
    const seen: unknown[] = [];
    const worker = await began({
      onApproval: ({ tool, arguments: given, question }) => {
        seen.push([tool, given, question]);
        return "conversation";
      },
    });
    worker.say(ASKED);
    await vi.waitFor(() => {
      expect(answers(worker)).toEqual([{ type: "approve", approval: "a-1", choice: "conversation" }]);
    });
    expect(seen).toEqual([["clipboard", { action: "read" }, "May it?"]]);
  });

  it("is denied where nobody can be asked", async () => {
    const worker = await began({});
    worker.say(ASKED);
    await vi.waitFor(() => {
      expect(answers(worker)).toEqual([{ type: "approve", approval: "a-1", choice: "deny" }]);
    });
  });

  it("whose turn was stopped takes its question back", async () => {
    let signal: AbortSignal | undefined;
    const worker = await began({
      onApproval: (request) => {
        signal = request.signal;
        return new Promise(() => undefined);
      },
    });
    worker.say(ASKED);
    worker.say({ type: "approval_withdrawn", approval: "a-1" });
    expect(signal?.aborted).toBe(true);
    expect(answers(worker)).toEqual([]);
  });

  it("is served by the services of the page, and told what is not offered", async () => {
    const worker = await began({ services: { download: ({ name }) => Promise.resolve({ name }) } });
    worker.say(CALL);
    worker.say({ ...CALL, call: "c-2", service: "fetch" });
    await vi.waitFor(() => {
      expect(answers(worker)).toHaveLength(2);
    });
    expect(answers(worker)).toContainEqual({ type: "page_answer", call: "c-1", result: { name: "a.txt" } });
    expect(answers(worker)).toContainEqual(
      expect.objectContaining({
        call: "c-2",
        error: expect.objectContaining({ code: "unsupported" }) as unknown,
      }),
    );
  });

  it("that nobody waits for any more ends its service, unanswered", async () => {
    let signal: AbortSignal | undefined;
    const worker = await began({
      services: {
        download: (_, context) => {
          signal = context.signal;
          return new Promise(() => undefined);
        },
      },
    });
    worker.say(CALL);
    worker.say({ type: "page_call_cancelled", call: "c-1" });
    expect(signal?.aborted).toBe(true);
    expect(answers(worker)).toEqual([]);
  });
});

it("asks with the settings of a turn", async () => {
  const python = await started();
  void python.session("mine").ask("Hello?", { settings: { tools: ["tool-clock"] } });
  expect(latest().received.at(-1)).toMatchObject({ type: "ask", settings: { tools: ["tool-clock"] } });
});
