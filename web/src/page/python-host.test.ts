import { beforeEach, describe, expect, it, vi } from "vitest";
import { type PageMessage, PROTOCOL, type PythonMessage } from "../protocol/wire";
import { PythonHost, type PythonHostOptions, type PythonThread } from "./python-host";
import { BOOTED, ended } from "../app/testing/messages";

const BOOTING: PythonMessage = { type: "booting", stage: "interpreter", fraction: 0, text: "" };

/** A thread that a test speaks for. */
class ScriptedThread implements PythonThread {
  readonly #events = new EventTarget();
  readonly received: PageMessage["type"][] = [];
  terminated = false;

  constructor(readonly lock: string) {}

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#events.addEventListener(type, listener as EventListener);
  }

  postMessage(message: PageMessage): void {
    this.received.push(message.type);
  }

  terminate(): void {
    this.terminated = true;
  }

  say(data: unknown): void {
    this.#events.dispatchEvent(new MessageEvent("message", { data }));
  }

  crash(message: string): void {
    this.#events.dispatchEvent(Object.assign(new Event("error"), { message }));
  }
}

/** Web Locks as far as a death is concerned: a request is granted when the holder lets go. */
class ScriptedLocks {
  readonly wanted = new Map<string, () => void>();

  request(name: string, ...rest: unknown[]): Promise<unknown> {
    const granted = rest.at(-1) as () => void;
    return new Promise((resolve) => {
      this.wanted.set(name, () => {
        granted();
        resolve(undefined);
      });
    });
  }
}

let threads: ScriptedThread[];
let heard: PythonMessage[];
let locks: ScriptedLocks;
let host: PythonHost;

function makeHost(given: ScriptedLocks | undefined, options: Partial<PythonHostOptions> = {}): PythonHost {
  return new PythonHost({
    spawn: (lock) => {
      const thread = new ScriptedThread(lock);
      threads.push(thread);
      return thread;
    },
    boot: { pyodide_url: "/pyodide/", lock_url: "/wheels/pyodide-lock.json", packages_url: "/wheels/" },
    onMessage: (message) => heard.push(message),
    enginePort: () => new MessageChannel().port1,
    locks: given,
    ...options,
  });
}

beforeEach(() => {
  threads = [];
  heard = [];
  locks = new ScriptedLocks();
  host = makeHost(locks);
  host.start();
});

function thread(): ScriptedThread {
  const latest = threads.at(-1);
  if (latest === undefined) throw new Error("Nothing was started.");
  return latest;
}

const failures = (): string[] =>
  heard.flatMap((message) =>
    message.type === "python_failed" ? [`${message.error.code}: ${message.error.message}`] : [],
  );

describe("Python's thread", () => {
  it("is told to boot and given a port to the engine", () => {
    expect(thread().received).toEqual(["boot", "attach_engine"]);
  });

  it("that was prepared is the one that starts", async () => {
    const prepared = makeHost(locks, { tab: () => "t" });
    prepared.prepare();
    const [, ahead] = threads;
    expect(ahead?.received).toEqual(["prepare"]);
    expect(prepared.serveApi(new MessageChannel().port1)).toBe(false);
    prepared.start();
    expect(threads).toHaveLength(2);
    await expect.poll(() => ahead?.received).toEqual(["prepare", "boot", "attach_engine"]);
    prepared.start();
    expect(ahead?.terminated).toBe(true);
    await expect.poll(() => thread().received).toEqual(["boot", "attach_engine"]);
  });

  it.each([
    [
      "crashes",
      () => {
        thread().crash("");
      },
    ],
    [
      "cannot prepare",
      () => {
        thread().say({ type: "python_failed", error: { code: "python_failed", message: "No." } });
      },
    ],
    [
      "dies without a word",
      () => {
        thread().say(BOOTING);
        locks.wanted.get(thread().lock)?.();
      },
    ],
  ])("that %s while it prepares is told to nobody, and another one starts", async (_, fall) => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const prepared = makeHost(locks);
    prepared.prepare();
    const ahead = thread();
    fall();
    expect(ahead.terminated).toBe(true);
    expect(heard).toEqual([]);
    expect(warned).toHaveBeenCalledOnce();
    warned.mockRestore();
    prepared.start();
    expect(thread()).not.toBe(ahead);
    await expect.poll(() => thread().received).toEqual(["boot", "attach_engine"]);
    thread().say(BOOTED);
    expect(heard).toEqual([BOOTED]);
  });

  it("that only prepares is sent nothing that it could not answer", async () => {
    const prepared = makeHost(locks);
    prepared.prepare();
    prepared.reattachEngine();
    prepared.send({ type: "forget", conversation: "c" });
    await Promise.resolve();
    expect(thread().received).toEqual(["prepare"]);
    prepared.start();
    await expect.poll(() => thread().received).toEqual(["prepare", "boot", "attach_engine"]);
  });

  it("is heard", () => {
    thread().say(BOOTED);
    thread().say(ended("t"));
    expect(heard).toEqual([BOOTED, ended("t")]);
  });

  it("that the browser refuses to start is a failure with its reason", () => {
    const spawn = (): never => {
      throw new Error("The operation is insecure.");
    };
    makeHost(locks, { spawn }).start();
    expect(failures()).toEqual([
      "python_failed: Python's worker could not be loaded: The operation is insecure.",
    ]);
  });

  it("that crashes is a failure with its words, and is ended", () => {
    thread().crash("RangeError: out of memory");
    expect(failures()).toEqual(["python_failed: Python crashed: RangeError: out of memory"]);
    expect(thread().terminated).toBe(true);
  });

  it("that dies without a word is noticed by its lock", () => {
    thread().say(BOOTED);
    locks.wanted.get(thread().lock)?.();
    expect(failures()).toEqual(["python_failed: Python stopped without a word."]);
  });

  it("is not started where the page did not come by a secure way", () => {
    threads = [];
    makeHost(undefined).start();
    expect(threads).toEqual([]);
    expect(failures()).toEqual([
      "unsupported: A browser starts Python only for pages that come over https or from localhost.",
    ]);
  });

  it("is not taken for dead before it holds its lock", () => {
    expect(locks.wanted.size).toBe(0);
  });

  it("that reports its own failure is ended", () => {
    thread().say({ type: "python_failed", error: { code: "python_failed", message: "No wheel." } });
    expect(failures()).toEqual(["python_failed: No wheel."]);
    expect(thread().terminated).toBe(true);
  });

  it("is heard in the text that Python itself has written", () => {
    const told = ended("1", "Hello.");
    thread().say(JSON.stringify(told));
    expect(heard).toEqual([told]);
  });

  it.each([
    [{ type: "surprise" }, "surprise"],
    [JSON.stringify({ type: "surprise" }), "surprise"],
    ["text", "string"],
    [null, "object"],
  ])("that says something unknown (%j) is a failure that names it", (data, named) => {
    thread().say(data);
    expect(failures()[0]).toContain("protocol_mismatch");
    expect(failures()[0]).toContain(named);
  });

  it("of another protocol version is told apart", () => {
    thread().say({ ...BOOTED, protocol: { min: PROTOCOL.max + 1, max: PROTOCOL.max + 2 } });
    expect(failures()[0]).toMatch(/protocol_mismatch.* to /);
  });

  it("that was replaced is heard no more", async () => {
    const [first] = threads;
    host.start();
    expect(first?.terminated).toBe(true);
    first?.say(ended("late"));
    first?.crash("late");
    expect(heard).toEqual([]);
    await expect.poll(() => thread().received).toEqual(["boot", "attach_engine"]);
  });
});
