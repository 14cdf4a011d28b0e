/** A model on its way into this browser or out of it (pure). */
import type { Progress, StreamEvent, WireError } from "../../protocol/wire";

export type Job =
  /** `use`: load it once it is here. */
  { what: "download"; use: boolean } | { what: "import" } | { what: "export" };

/** How much has come, in bytes; null where nobody has said. */
export interface Amount {
  bytes: number | null;
  total: number | null;
}

export type Transfer =
  | { kind: "running"; job: Job; progress: Progress | null }
  | { kind: "pausing"; job: Job; progress: Progress | null }
  | { kind: "paused"; job: Job; kept: Amount }
  /** The connection costs: the user is asked first. */
  | { kind: "asks"; job: Job; error: WireError }
  | { kind: "failed"; job: Job; error: WireError; kept: Amount };

export const NOTHING: Amount = { bytes: null, total: null };

export function begun(job: Job): Transfer {
  return { kind: "running", job, progress: null };
}

/** The transfer after the user has paused it: what is under way still has to stop. */
export function pausing(transfer: Transfer): Transfer {
  if (transfer.kind !== "running") return transfer;
  return { ...transfer, kind: "pausing" };
}

/** The transfer after an event of its stream; null when it has arrived. */
export function advanced(transfer: Transfer, event: StreamEvent): Transfer | null {
  switch (event.type) {
    case "progress":
      if (transfer.kind !== "running" && transfer.kind !== "pausing") return transfer;
      return { ...transfer, progress: event };
    case "fetched":
    case "exported":
      return null;
    case "failure":
      return ended(transfer, event.error);
    case "loaded":
    case "started":
    case "delta":
    case "finished":
    case "recovered":
    case "observed":
    case "batch_item":
    case "batch_finished":
      // Events of other streams, which a transfer never sends.
      return transfer;
  }
}

function ended(transfer: Transfer, error: WireError): Transfer {
  const { job } = transfer;
  if (error.code === "consent_required") return { kind: "asks", job, error };
  // Asked for or not: a download that was ended can go on from where it stood.
  if (transfer.kind === "pausing" || error.code === "aborted") {
    return { kind: "paused", job, kept: amountOf(transfer) };
  }
  return { kind: "failed", job, error, kept: amountOf(transfer) };
}

/** How far a transfer is. */
export function amountOf(transfer: Transfer): Amount {
  switch (transfer.kind) {
    case "running":
    case "pausing":
      return transfer.progress === null
        ? NOTHING
        : { bytes: transfer.progress.loaded_bytes, total: transfer.progress.total_bytes };
    case "paused":
    case "failed":
      return transfer.kept;
    case "asks":
      return { bytes: null, total: bytesAsked(transfer.error) };
  }
}

/** What a question for consent is about, in bytes. */
export function bytesAsked(error: WireError): number | null {
  const told = error.details?.["download_bytes"] ?? error.details?.["bytes"];
  return typeof told === "number" ? told : null;
}

export function isActive(transfer: Transfer | null): boolean {
  return transfer?.kind === "running" || transfer?.kind === "pausing";
}

const QUARTERS = 4;

/** The quarter (1, 2, 3) that was reached between two events, for a voice that must not chatter; else null. */
export function quarterReached(before: Progress | null, after: Progress): number | null {
  if (after.stage !== "download") return null;
  const quarter = Math.floor(fractionOf(after) * QUARTERS);
  const last = before?.stage === "download" ? Math.floor(fractionOf(before) * QUARTERS) : 0;
  return quarter > last && quarter < QUARTERS ? quarter : null;
}

/** Of the stage where bytes are known, else of the whole, 0 to 1. */
export function fractionOf(progress: Progress): number {
  const { loaded_bytes: loaded, total_bytes: total } = progress;
  return loaded !== null && total !== null && total > 0 ? Math.min(1, loaded / total) : progress.fraction;
}
