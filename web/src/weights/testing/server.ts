/** A file server in memory that honours ranges, and can be told to break in every way that servers do. */
import { createHash } from "node:crypto";

export interface Served {
  content: Uint8Array<ArrayBuffer>;
  etag?: string;
  headers?: Record<string, string>;
}

export interface Seen {
  url: string;
  method: string;
  range: string | null;
  ifRange: string | null;
  /** Bytes of the body that went out. */
  sent: number;
}

/** What happens to one request; undefined: the server does what it should. */
export type Fault =
  | { kind: "cut"; after: number }
  | { kind: "stall"; after: number }
  | { kind: "refuse"; status: number; headers?: Record<string, string> }
  | { kind: "unreachable" }
  | { kind: "corrupt" }
  | { kind: "ignore_range" };

const PIECE = 16;

export class MemoryServer {
  readonly files = new Map<string, Served>();
  readonly seen: Seen[] = [];
  /** Taken one after another, by the requests of a URL. */
  readonly faults = new Map<string, Fault[]>();
  /** Requests that have not ended. */
  open = 0;
  widest = 0;

  put(url: string, content: Uint8Array<ArrayBuffer> | string, more: Omit<Served, "content"> = {}): void {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    this.files.set(url, { content: bytes, etag: `"${sha256(bytes).slice(0, 8)}"`, ...more });
  }

  /** Bytes of bodies that went out for a URL. */
  sent(url: string): number {
    return this.of(url).reduce((sum, { sent }) => sum + sent, 0);
  }

  of(url: string): Seen[] {
    return this.seen.filter((seen) => seen.url === url && seen.method === "GET");
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    const method = init.method ?? "GET";
    const seen: Seen = {
      url,
      method,
      range: headers.get("range"),
      ifRange: headers.get("if-range"),
      sent: 0,
    };
    this.seen.push(seen);
    const fault = method === "GET" ? this.faults.get(url)?.shift() : undefined;
    await Promise.resolve();
    if (fault?.kind === "unreachable") throw new TypeError("Failed to fetch");
    if (fault?.kind === "refuse")
      return new Response("", { status: fault.status, headers: fault.headers ?? {} });
    const served = this.files.get(url);
    if (served === undefined) return new Response("", { status: 404 });
    return this.answer(served, seen, fault, init.signal ?? new AbortController().signal);
  };

  private answer(served: Served, seen: Seen, fault: Fault | undefined, signal: AbortSignal): Response {
    const { content, etag, headers = {} } = served;
    const asked = /^bytes=(\d+)-$/.exec(seen.range ?? "")?.[1];
    const same = seen.ifRange === null || seen.ifRange === etag;
    const ranged = asked !== undefined && same && fault?.kind !== "ignore_range";
    const start = ranged ? Number(asked) : 0;
    if (ranged && start >= content.length) {
      return new Response("", { status: 416, headers: { "content-range": `bytes */${content.length}` } });
    }
    const body = fault?.kind === "corrupt" ? flipped(content) : content;
    const all: Record<string, string> = {
      "content-length": String(content.length - start),
      ...(etag === undefined ? {} : { etag }),
      ...(ranged ? { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
      ...headers,
    };
    if (seen.method === "HEAD") return new Response(null, { status: 200, headers: all });
    return new Response(this.body(body.slice(start), seen, fault, signal), {
      status: ranged ? 206 : 200,
      headers: all,
    });
  }

  private body(
    content: Uint8Array<ArrayBuffer>,
    seen: Seen,
    fault: Fault | undefined,
    signal: AbortSignal,
  ): ReadableStream<Uint8Array> {
    let at = 0;
    const limit = fault?.kind === "cut" || fault?.kind === "stall" ? fault.after : Infinity;
    this.open += 1;
    this.widest = Math.max(this.widest, this.open);
    let counted = true;
    const ended = (): void => {
      if (counted) this.open -= 1;
      counted = false;
    };
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          signal.addEventListener("abort", () => {
            ended();
            controller.error(signal.reason);
          });
        },
        pull: async (controller) => {
          const piece = content.slice(at, Math.min(at + PIECE, limit, content.length));
          at += piece.length;
          seen.sent += piece.length;
          if (piece.length > 0) controller.enqueue(piece);
          if (at >= content.length) {
            ended();
            controller.close();
          } else if (at >= limit) {
            if (fault?.kind === "stall") await new Promise(() => undefined);
            ended();
            controller.error(new TypeError("network error"));
          }
        },
        cancel: ended,
      },
      { highWaterMark: 0 },
    );
  }
}

function flipped(content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = content.slice();
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 0xff;
  return copy;
}

export const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
export const md5 = (content: Uint8Array): string => createHash("md5").update(content).digest("hex");
