/** Brings one file from its server, through lost networks, silent servers and servers that ignore ranges. */
import { type EngineFailure, failure } from "../engine/errors";
import type { Violations } from "../engine/violations";
import { type Asked, meaningOf, rangeHeaders } from "./answer";
import { type Clock, within } from "./clock";
import type { GrowingFile } from "./file-store";
import { backoffMs, retryAfterMs, type RetryPolicy } from "./retry";

export interface Network {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  clock: Clock;
  retry: RetryPolicy;
  /** 0 to 1. */
  random: () => number;
  /** Of the page: other origins take fewer headers. */
  origin: string;
  /** Watches for what the page's content security policy forbids. */
  watch: () => Violations;
}

export interface TransferOptions {
  url: string;
  /** Of the whole content, where it is known beforehand. */
  bytes: number | null;
  /** What the last transfer knew of the version that `partial` is of. */
  validator: string | undefined;
  /** False where `partial` cannot be gone on with. */
  resumable: boolean;
  partial: GrowingFile;
  signal: AbortSignal;
  /** Pieces that have come over the network; negative when what was there is thrown away. */
  onBytes: (bytes: number) => void;
  /** The server has said which version it sends. */
  onVersion: (version: Version) => Promise<void>;
}

/** What a server says of the file that it sends. */
export interface Version {
  total: number | null;
  validator: string | undefined;
  resumable: boolean;
}

/** More than a file that changes on its server while it is fetched. */
const MOST_RESTARTS = 3;

/**
 * Resolves once `partial` holds the whole file, by its size; its content has not been looked at. What has come stays in
 * `partial` whatever happens. Rejects with `download_failed`, with `QuotaExceededError`, or with the signal's reason.
 */
export async function transfer(network: Network, options: TransferOptions): Promise<void> {
  const { signal, partial } = options;
  const state = new TransferState(options);
  for (let fruitless = 0; ;) {
    const before = partial.size;
    try {
      if (await attempt(network, state)) return;
    } catch (raw) {
      signal.throwIfAborted();
      if (!(raw instanceof Interrupted)) throw raw;
      fruitless = partial.size > before ? 1 : fruitless + 1;
      if (fruitless >= network.retry.attempts) throw raw.final(options.url, partial.size);
      const wait = raw.waitMs ?? backoffMs(fruitless, network.retry, network.random());
      await network.clock.sleep(wait, signal);
    }
  }
}

class TransferState {
  validator: string | undefined;
  private resumable = true;
  /** What the last answer announced for the whole. */
  private announced: number | null = null;
  private restarts = 0;

  constructor(readonly options: TransferOptions) {
    this.validator = options.validator;
    this.resumable = options.resumable;
    this.announced = options.bytes;
  }

  /** Throws away what cannot be gone on with: ranges are of what is sent, which may be compressed. */
  begin(): void {
    const hidden = this.announced !== null && this.options.partial.size > this.announced;
    if (!this.resumable || hidden) this.empty();
  }

  /** A server has said what it sends. */
  heard({ total, validator, resumable }: Version): void {
    this.announced = this.options.bytes ?? total;
    this.validator = validator;
    this.resumable = resumable;
  }

  get asked(): Asked {
    return { url: this.options.url, offset: this.options.partial.size, validator: this.validator };
  }

  /** Throws away what is here. */
  empty(): void {
    const { partial, onBytes } = this.options;
    if (partial.size > 0) onBytes(-partial.size);
    partial.truncate(0);
    this.validator = undefined;
  }

  restart(): void {
    this.empty();
    this.restarts += 1;
    if (this.restarts > MOST_RESTARTS) throw new Interrupted("the file changes while it is downloaded", null);
  }
}

/** One request. True: the file is whole. */
async function attempt(network: Network, state: TransferState): Promise<boolean> {
  const { options } = state;
  const { partial, bytes, signal } = options;
  state.begin();
  if (bytes !== null && bytes > 0 && partial.size === bytes) return true;
  const life = new AbortController();
  const request = AbortSignal.any([signal, life.signal]);
  try {
    const asked = state.asked;
    const response = await ask(network, asked, request);
    const meaning = meaningOf(asked, response.status, response.headers);
    switch (meaning.kind) {
      case "complete":
        return true;
      case "restart":
        state.restart();
        return false;
      case "later": {
        const wait = retryAfterMs(response.headers.get("retry-after"), network.clock.now());
        throw new Interrupted(`the server answered ${String(meaning.status)}`, wait);
      }
      case "refused":
        throw refused(options.url, meaning.status);
      case "content":
        if (meaning.offset < partial.size) state.empty();
        state.heard(meaning);
        await options.onVersion({ ...meaning, total: bytes ?? meaning.total });
        await receive(network, state, response);
        return isWhole(partial.size, bytes, meaning);
    }
  } finally {
    life.abort();
  }
}

/** Whether all has come. A server that hides its compression announces less than what comes out. */
function isWhole(size: number, bytes: number | null, { total }: { total: number | null }): boolean {
  const least = bytes ?? total ?? 0;
  if (size < least) throw new Interrupted("the connection broke off", null);
  return true;
}

async function ask(network: Network, asked: Asked, signal: AbortSignal): Promise<Response> {
  const violations = network.watch();
  try {
    // Kept by us, so not by the browser's own cache as well.
    const init: RequestInit = { signal, cache: "no-store", headers: rangeHeaders(asked, network.origin) };
    return await within(network.retry.stallMs, network.clock, network.fetch(asked.url, init), stalled);
  } catch (raw) {
    signal.throwIfAborted();
    const violation = await violations.first();
    if (violation !== null) throw forbidden(asked.url);
    throw raw instanceof Interrupted ? raw : new Interrupted(String(raw), null);
  } finally {
    violations.stop();
  }
}

async function receive(network: Network, { options }: TransferState, response: Response): Promise<void> {
  const { partial, onBytes, signal } = options;
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const read = await within(network.retry.stallMs, network.clock, nextPiece(reader), stalled);
      signal.throwIfAborted();
      if (read.done) return;
      partial.append(read.value);
      onBytes(read.value.byteLength);
    }
  } finally {
    // A reader that waits for a silent server would never let go by itself.
    void reader.cancel().catch(() => undefined);
  }
}

async function nextPiece(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (raw) {
    throw new Interrupted(String(raw), null);
  }
}

/** What may go better the next time. */
class Interrupted extends Error {
  constructor(
    reason: string,
    readonly waitMs: number | null,
  ) {
    super(reason);
  }

  final(url: string, kept: number): EngineFailure {
    return failure(
      "download_failed",
      "A file of the model could not be downloaded.",
      "Check the connection and try again; what was downloaded is kept.",
      { url, raw: this.message.slice(0, 500), kept_bytes: kept },
    );
  }
}

const stalled = (): Interrupted => new Interrupted("the server sent nothing any more", null);

const refused = (url: string, status: number): EngineFailure =>
  failure(
    "download_failed",
    `A file of the model could not be downloaded: the server answered ${String(status)}.`,
    "Check the address of the model.",
    { url, status },
  );

const forbidden = (url: string): EngineFailure =>
  failure(
    "download_failed",
    `The page's content security policy does not let the engine fetch ${url} (connect-src).`,
    `Add ${new URL(url).origin} to connect-src in the policy of the page.`,
    { url, directive: "connect-src", needed: new URL(url).origin },
  );
