/** Everything that the weights stand on, in memory. */
import { EngineFailure } from "../../engine/errors";
import { EngineJournal } from "../../engine/journal";
import { customEntry } from "../../models/custom";
import { MemoryCaches } from "../../offline/testing/memory-caches";
import type { CustomModel, WireError } from "../../protocol/wire";
import type { Clock } from "../clock";
import { MemoryFiles } from "../memory-files";
import type { Connection } from "../metered";
import type { Models, Parts, WeightsEntry } from "../parts";
import type { FetchReport } from "../progress";
import type { EnsureOptions } from "../ensuring";
import { Weights } from "../weights";
import { md5, MemoryServer } from "./server";

export const ORIGIN = "https://page.test";
export const HUB = "https://hub.test";

/** Time that passes only while somebody sleeps: the longest sleep ends when nothing else can happen. */
export class IdleClock implements Clock {
  private time = 1_000_000;
  readonly slept: number[] = [];

  now(): number {
    return this.time;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // Whatever can go on without this sleep goes on first.
    for (let turn = 0; turn < 40; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
    this.time += ms;
    this.slept.push(ms);
  }
}

/** Web Locks of one origin: exclusive, first come, first served. */
export class MemoryLocks {
  private readonly queues = new Map<string, Promise<unknown>>();
  private readonly wanted = new Map<string, number>();

  readonly query = (): Promise<LockManagerSnapshot> => {
    const held = [...this.wanted].filter(([, count]) => count > 0);
    return Promise.resolve({ held: held.map(([name]) => ({ name, mode: "exclusive" })), pending: [] });
  };

  readonly request = (async (
    name: string,
    options: LockOptions | LockGrantedCallback<unknown>,
    granted?: LockGrantedCallback<unknown>,
  ): Promise<unknown> => {
    const work = typeof options === "function" ? options : granted;
    const wishes = typeof options === "function" ? {} : options;
    if (wishes.ifAvailable === true && (this.wanted.get(name) ?? 0) > 0) return work?.(null);
    this.wanted.set(name, (this.wanted.get(name) ?? 0) + 1);
    const before = this.queues.get(name) ?? Promise.resolve();
    const mine = before.then(async () => {
      try {
        wishes.signal?.throwIfAborted();
        return await work?.({ name, mode: "exclusive" });
      } finally {
        this.wanted.set(name, (this.wanted.get(name) ?? 1) - 1);
      }
    });
    this.queues.set(
      name,
      mine.catch(() => undefined),
    );
    return mine;
  }) as LockManager["request"];
}

export class MemoryModels implements Models {
  private readonly entries = new Map<string, WeightsEntry>();
  readonly settledIds: string[] = [];

  add(model: CustomModel): WeightsEntry {
    const entry = customEntry(model);
    this.entries.set(model.id, entry);
    return entry;
  }

  find(name: string): WeightsEntry {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new EngineFailure({ code: "model_not_found", message: `No ${name}.` });
    return entry;
  }

  get(id: string): WeightsEntry | undefined {
    return this.entries.get(id);
  }

  all(): WeightsEntry[] {
    return [...this.entries.values()];
  }

  adopt(model: CustomModel): Promise<WeightsEntry> {
    return Promise.resolve(this.add(model));
  }

  settled(id: string): Promise<void> {
    this.settledIds.push(id);
    return Promise.resolve();
  }
}

/** One browser profile, and the network. Rooms (tabs) of it share what is stored. */
export class World {
  readonly server = new MemoryServer();
  readonly clock = new IdleClock();
  readonly files = new MemoryFiles();
  readonly caches = new MemoryCaches();
  readonly models = new MemoryModels();
  readonly reports: FetchReport[] = [];
  readonly journal = new EngineJournal();
  connection: Connection | undefined;
  quota: number | null = null;
  /** What blob URLs stand for. */
  published = new Map<string, Blob>();
  readonly parts: Parts;
  readonly weights: Weights;

  constructor(server?: MemoryServer) {
    const { fetch } = server ?? this.server;
    if (server !== undefined) this.server = server;
    this.parts = {
      files: this.files,
      journal: this.journal,
      caches: this.caches,
      locks: new MemoryLocks(),
      network: {
        fetch,
        clock: this.clock,
        retry: { attempts: 4, firstDelayMs: 100, longestDelayMs: 1_000, stallMs: 5_000 },
        random: () => 1,
        origin: ORIGIN,
        watch: () => ({ first: () => Promise.resolve(null), stop: () => undefined }),
      },
      space: () => Promise.resolve({ used: this.quota === null ? null : this.files.used, quota: this.quota }),
      persisted: () => Promise.resolve(false),
      connection: () => this.connection,
      publish: (content) => {
        const url = `blob:${String(this.published.size)}`;
        this.published.set(url, content);
        return url;
      },
    };
    this.weights = new Weights(this.parts, this.models);
  }

  get options(): EnsureOptions {
    return {
      signal: new AbortController().signal,
      report: (report) => this.reports.push(report),
      meteredOk: false,
    };
  }

  /** What a load does first. */
  ensure(id: string, device: "webgpu" | "cpu", more: Partial<EnsureOptions> = {}): Promise<{ gguf: Blob[] }> {
    return this.weights.ensure(this.models.find(id), device, { ...this.options, ...more });
  }

  /** Puts a small GGUF model on the hub. Gives the URL of its one file. */
  addGguf(id: string, content: Uint8Array<ArrayBuffer>, more: Partial<CustomModel> = {}): string {
    const url = `${HUB}/${id}/model.gguf`;
    this.server.put(url, content);
    this.models.add({ id, gguf_url: url, ...more });
    return url;
  }

  /** Puts a small MLC model on the hub, with one shard for each content. Gives the URLs of its files by name. */
  addMlc(id: string, shards: Uint8Array<ArrayBuffer>[], base = `${HUB}/${id}`): Record<string, string> {
    const folder = `${base}/resolve/main/`;
    const records = shards.map((content, at) => ({
      dataPath: `params_shard_${String(at)}.bin`,
      nbytes: content.length,
      md5sum: md5(content),
    }));
    const texts: Record<string, string> = {
      "mlc-chat-config.json": JSON.stringify({ tokenizer_files: ["tokenizer.json"] }),
      "tensor-cache.json": JSON.stringify({ metadata: {}, records }),
      "tokenizer.json": JSON.stringify({ of: id }),
    };
    for (const [name, text] of Object.entries(texts)) this.server.put(folder + name, text);
    shards.forEach((content, at) => {
      this.server.put(`${folder}params_shard_${String(at)}.bin`, content);
    });
    const library = `${base}/lib.wasm`;
    this.server.put(library, new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 2, 3]));
    this.models.add({ id, weights_url: base, library_url: library });
    const names = [...Object.keys(texts), ...records.map(({ dataPath }) => dataPath)];
    return { ...Object.fromEntries(names.map((name) => [name, folder + name])), "lib.wasm": library };
  }
}

/** Bytes that begin as a GGUF file does. */
export function ggufBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = anyBytes(length, seed);
  bytes.set([0x47, 0x47, 0x55, 0x46].slice(0, length));
  return bytes;
}

/** Bytes that repeat nowhere near. */
export function anyBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** The wire error that an attempt ends in; null when it succeeds. */
export async function errorOf(attempt: Promise<unknown>): Promise<WireError | null> {
  try {
    await attempt;
    return null;
  } catch (raw) {
    if (raw instanceof EngineFailure) return raw.error;
    throw raw;
  }
}

export const bytesOf = async (blob: Blob | undefined): Promise<Uint8Array> =>
  new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));
