/** What a server's answer to a request for (the rest of) a file means. Arithmetic only. */
import { isTransient } from "./retry";

/** What was asked for. */
export interface Asked {
  url: string;
  /** Bytes that are here already. */
  offset: number;
  /** What the server called the version of which they are; undefined where it never said. */
  validator: string | undefined;
}

export type Meaning =
  /** The content from `offset` on follows. `total` bytes in all, null where that is not known. */
  | {
      kind: "content";
      offset: number;
      total: number | null;
      validator: string | undefined;
      resumable: boolean;
    }
  /** All of it is here. */
  | { kind: "complete" }
  /** What is here belongs to another version, or does not fit: from the start. */
  | { kind: "restart" }
  /** It may work later. */
  | { kind: "later"; status: number }
  | { kind: "refused"; status: number };

const RANGE = /^bytes (\d+)-(\d+)\/(\d+|\*)$/;
const UNSATISFIED = /^bytes \*\/(\d+)$/;

export function meaningOf(asked: Asked, status: number, headers: Headers): Meaning {
  const validator = validatorOf(headers);
  if (status === 206) return partial(asked, headers, validator);
  if (status === 416) return unsatisfied(asked, headers);
  if (status === 200) {
    const total = lengthOf(headers);
    return { kind: "content", offset: 0, total, validator, resumable: !headers.has("content-encoding") };
  }
  return { kind: isTransient(status) ? "later" : "refused", status };
}

function partial(asked: Asked, headers: Headers, validator: string | undefined): Meaning {
  const { offset } = asked;
  // Other origins show the range only where they say so; then the length has to do.
  const range = RANGE.exec(headers.get("content-range") ?? "");
  const changed = asked.validator !== undefined && validator !== undefined && asked.validator !== validator;
  if (changed || (range !== null && Number(range[1]) !== offset) || headers.has("content-encoding")) {
    return { kind: "restart" };
  }
  const length = lengthOf(headers);
  const all =
    range === null || range[3] === "*" ? (length === null ? null : offset + length) : Number(range[3]);
  return { kind: "content", offset, total: all, validator: validator ?? asked.validator, resumable: true };
}

function unsatisfied({ offset }: Asked, headers: Headers): Meaning {
  const total = UNSATISFIED.exec(headers.get("content-range") ?? "")?.[1];
  return { kind: total !== undefined && Number(total) === offset && offset > 0 ? "complete" : "restart" };
}

function lengthOf(headers: Headers): number | null {
  const length = headers.get("content-length");
  // Of what is sent compressed it is the compressed length.
  return length === null || headers.has("content-encoding") ? null : Number(length);
}

/** A strong ETag names the exact bytes; a weak one does not, and then the date has to do. */
function validatorOf(headers: Headers): string | undefined {
  const tag = headers.get("etag");
  if (tag !== null && !tag.startsWith("W/")) return tag;
  return headers.get("last-modified") ?? undefined;
}

/**
 * The headers that ask for the rest of a file. `If-Range` is no header that other origins take without being asked
 * first, and not all that take ranges take the question; there the answer's validator is compared instead.
 */
export function rangeHeaders({ url, offset, validator }: Asked, origin: string): Record<string, string> {
  if (offset === 0) return {};
  const conditional = validator !== undefined && new URL(url).origin === origin;
  return { Range: `bytes=${String(offset)}-`, ...(conditional ? { "If-Range": validator } : {}) };
}
