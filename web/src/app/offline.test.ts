import { webcrypto } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../testing/eventually";
import { ContentStore } from "../offline/content-store";
import type { OfflineManifest } from "../offline/manifest";
import { storageNames } from "../offline/names";
import { file, manifestOf, MemoryHost, SCOPE, type Answer } from "../offline/testing/host";
import { MemoryCaches } from "../offline/testing/memory-caches";
import { Offline, type OfflineOptions } from "./offline";
import { createState, type AppState } from "./state";

const A = file("index.html", "page");
const B = file("parts/demo-1/demo.gguf", "model", "demo");
const ONE = manifestOf("1", A, B);
const TWO = manifestOf("2", A);

/** A service worker that answers as ours does. */
class Worker extends EventTarget {
  readonly heard: string[] = [];
  scriptURL = `${SCOPE}sw.js`;

  constructor(
    private readonly manifest: OfflineManifest,
    public state: ServiceWorkerState = "activated",
  ) {
    super();
  }

  postMessage(message: { type: string }, ports: MessagePort[]): void {
    this.heard.push(message.type);
    ports[0]?.postMessage({ type: "description", manifest: this.manifest });
  }

  becomes(state: ServiceWorkerState): void {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }
}

class Registration extends EventTarget {
  installing: Worker | null = null;
  waiting: Worker | null = null;
  updates = 0;

  constructor(public active: Worker | null) {
    super();
  }

  update(): Promise<void> {
    this.updates += 1;
    return Promise.resolve();
  }

  /** Another version arrives, and waits. */
  finds(worker: Worker): void {
    this.installing = worker;
    this.dispatchEvent(new Event("updatefound"));
    this.installing = null;
    this.waiting = worker;
    worker.becomes("installed");
  }
}

class Container extends EventTarget {
  controller: Worker | null = null;
  refusal: Error | null = null;

  constructor(readonly registration: Registration) {
    super();
  }

  register(): Promise<Registration> {
    return this.refusal === null ? Promise.resolve(this.registration) : Promise.reject(this.refusal);
  }

  startMessages(): void {
    // Messages are dispatched as events here.
  }

  hears(source: Worker | null, data: unknown): void {
    this.dispatchEvent(Object.assign(new Event("message"), { source, data }));
  }

  changesTo(worker: Worker): void {
    this.controller = worker;
    this.dispatchEvent(new Event("controllerchange"));
  }
}

let state: AppState;
let host: MemoryHost;
let registration: Registration;
let container: Container;
let reloads: number;
let offline: Offline;

function make(files: Record<string, Answer>, options: Partial<OfflineOptions> = {}): Offline {
  host = new MemoryHost(files);
  const names = storageNames(SCOPE);
  offline = new Offline({
    state,
    build: "1",
    scope: SCOPE,
    names,
    store: new ContentStore({
      scope: SCOPE,
      name: names.content,
      caches: new MemoryCaches(),
      fetch: host.fetch,
      digest: (content) => webcrypto.subtle.digest("SHA-256", content),
    }),
    container: container as unknown as OfflineOptions["container"],
    locks: { request: (_: string, __: unknown, granted: () => unknown) => Promise.resolve(granted()) } as never,
    storage: { persist: () => Promise.resolve(true), persisted: () => Promise.resolve(false) },
    savesData: false,
    settled: Promise.resolve(),
    reload: () => (reloads += 1),
    ...options,
  });
  return offline;
}

const WHOLE = { [A.path]: "page", [B.path]: "model" };
const until = (kind: string): Promise<void> =>
  eventually(() => {
    expect(state.offline.value.kind).toBe(kind);
  });
const untilUpdate = (kind: string): Promise<void> =>
  eventually(() => {
    expect(state.update.value.kind).toBe(kind);
  });

beforeEach(() => {
  state = createState("c");
  registration = new Registration(new Worker(ONE));
  container = new Container(registration);
  reloads = 0;
});

afterEach(() => {
  offline.close();
});

describe("what is stored", () => {
  it("is brought in once the page has loaded, and only then said to be ready", async () => {
    let settle: () => void = () => undefined;
    const settled = new Promise<void>((resolve) => (settle = resolve));
    void make(WHOLE, { settled }).start();
    await eventually(() => {
      expect(registration.active?.heard).toContain("describe");
    });
    expect(host.paths).toEqual([]);
    settle();
    await until("ready");
    expect(state.offline.value).toEqual({ kind: "ready", bytes: 9, persisted: false });
  });

  it("is offered where the user saves data, and fetched when they ask", async () => {
    void make(WHOLE, { savesData: true }).start();
    await until("offered");
    expect(host.paths).toEqual([]);
    await offline.save();
    expect(state.offline.value.kind).toBe("ready");
  });

  it("fails with the file and the reason, and goes on from there when asked again", async () => {
    void make({ ...WHOLE, [B.path]: "half" }).start();
    await until("failed");
    expect(state.offline.value).toMatchObject({ fault: { code: "hash_mismatch", path: B.path } });
    host.files[B.path] = "model";
    host.requested.length = 0;
    await offline.save();
    expect(state.offline.value.kind).toBe("ready");
    expect(host.paths).toEqual([B.path]);
  });

  it("is not this page's to complete when the service worker is of another build", async () => {
    registration.active = new Worker(TWO);
    await make(WHOLE).start();
    expect(state.offline.value.kind).toBe("other_version");
    expect(host.paths).toEqual([]);
  });

  it("is not this page's to complete either when another tab updates before this one has loaded", async () => {
    let settle: () => void = () => undefined;
    const settled = new Promise<void>((resolve) => (settle = resolve));
    const started = make(WHOLE, { settled }).start();
    await eventually(() => {
      expect(registration.active?.heard).toContain("describe");
    });
    registration.active = new Worker(TWO);
    container.changesTo(registration.active);
    settle();
    await started;
    expect(state.offline.value.kind).toBe("other_version");
    expect(host.paths).toEqual([]);
  });

  it("does not wait for a browser that asks the user whether to keep it", async () => {
    const storage = { persist: () => new Promise<boolean>(() => undefined), persisted: () => Promise.reject(new Error()) };
    void make(WHOLE, { savesData: true, storage }).start();
    await until("offered");
    await offline.save();
    expect(state.offline.value).toEqual({ kind: "ready", bytes: 9, persisted: false });
  });
});

describe("a service worker that cannot start", () => {
  it("is named when the browser refuses it", async () => {
    container.refusal = new Error("The operation is insecure.");
    await make(WHOLE).start();
    expect(state.offline.value).toEqual({
      kind: "failed",
      fault: { code: "worker_failed", reason: "The operation is insecure." },
    });
  });

  it("is named by what it says itself when its installation fails", async () => {
    registration.active = null;
    registration.installing = new Worker(ONE, "installing");
    const starting = make(WHOLE).start();
    await eventually(() => {
      expect(registration.installing).not.toBeNull();
    });
    const fault = { code: "file_missing", path: "index.html", status: 404 };
    container.hears(registration.installing, { type: "install_failed", build: "1", fault });
    registration.installing.becomes("redundant");
    await starting;
    expect(state.offline.value).toEqual({ kind: "failed", fault });
  });

  it("is named when the browser ends its installation without a word", async () => {
    registration.active = null;
    const worker = new Worker(ONE, "installing");
    registration.installing = worker;
    const starting = make(WHOLE).start();
    await Promise.resolve();
    worker.becomes("redundant");
    await starting;
    expect(state.offline.value).toMatchObject({ kind: "failed", fault: { code: "worker_failed" } });
  });
});

describe("another version", () => {
  beforeEach(async () => {
    await make(WHOLE).start();
  });

  it("waits for the user, and reloads the page that asked for it when it has taken over", async () => {
    const next = new Worker(TWO, "installing");
    registration.finds(next);
    await untilUpdate("waiting");
    expect(state.update.value).toEqual({ kind: "waiting", version: "1.0.2" });
    expect(next.heard).toEqual(["describe"]);
    offline.applyUpdate();
    expect(next.heard).toEqual(["describe", "activate"]);
    container.changesTo(next);
    expect(reloads).toBe(0);
    next.becomes("activated");
    expect(reloads).toBe(1);
  });

  it("can be put off", async () => {
    registration.finds(new Worker(TWO, "installing"));
    await untilUpdate("waiting");
    offline.postponeUpdate();
    expect(state.update.value).toEqual({ kind: "none" });
    offline.applyUpdate();
    expect(registration.waiting?.heard).toEqual(["describe"]);
  });

  it("that another tab has chosen leaves this page as it is, and says so", async () => {
    container.changesTo(new Worker(TWO));
    await untilUpdate("outdated");
    expect(reloads).toBe(0);
    expect(state.offline.value.kind).toBe("ready");
  });

  it("that is this page's own is no news", async () => {
    container.changesTo(new Worker(ONE));
    await eventually(() => {
      expect(container.controller?.heard).toEqual(["describe"]);
    });
    expect(state.update.value).toEqual({ kind: "none" });
  });

  it("that did not arrive whole is reported, while this one goes on", () => {
    const fault = { code: "network", path: "assets/new.js" };
    container.hears(registration.active, { type: "install_failed", build: "2", fault });
    expect(state.update.value).toEqual({ kind: "failed", fault });
    expect(state.offline.value.kind).toBe("ready");
  });

  it("that did not arrive whole takes nothing from one that has", async () => {
    registration.finds(new Worker(TWO, "installing"));
    await untilUpdate("waiting");
    const fault = { code: "network", path: "assets/new.js" };
    container.hears(registration.active, { type: "install_failed", build: "3", fault });
    expect(state.update.value).toEqual({ kind: "waiting", version: "1.0.2" });
  });

  it("that was on its way before this page looked is offered as well", async () => {
    offline.close();
    const next = new Worker(TWO, "installing");
    registration = new Registration(new Worker(ONE));
    registration.installing = next;
    container = new Container(registration);
    await make(WHOLE).start();
    registration.waiting = next;
    next.becomes("installed");
    await untilUpdate("waiting");
  });
});

describe("another site of the same origin", () => {
  const fault = { code: "network", path: "index.html" };

  it("says nothing about this one", async () => {
    await make(WHOLE).start();
    const foreign = new Worker(TWO);
    foreign.scriptURL = "https://example.test/sw.js";
    container.changesTo(foreign);
    container.hears(foreign, { type: "install_failed", build: "2", fault });
    container.hears(foreign, null);
    container.hears(null, "anything");
    expect(foreign.heard).toEqual([]);
    expect(state.update.value).toEqual({ kind: "none" });
    expect(state.offline.value.kind).toBe("ready");
  });
});
