/** Whether a download may begin without a question, on a connection that may cost. */
import { failure } from "../engine/errors";

/** The part of `navigator.connection` that says so; browsers without it say nothing. */
export interface Connection {
  saveData?: boolean;
  type?: string;
}

/** Up to this much is fetched on any connection: a page with pictures costs as much. */
export const SMALL_DOWNLOAD_BYTES = 20 * 2 ** 20;

/** Why a download of this size needs the user's consent; null where it needs none. An unknown size may be anything. */
export function costOf(
  connection: Connection | undefined,
  bytes: number | null,
): "save_data" | "cellular" | null {
  if (connection === undefined || (bytes !== null && bytes <= SMALL_DOWNLOAD_BYTES)) return null;
  if (connection.saveData === true) return "save_data";
  return connection.type === "cellular" ? "cellular" : null;
}

/** Throws `consent_required` where a download of `bytes` (null: nobody knows) may cost, and nobody `agreed` to it. */
export function requireConsent(
  connection: Connection | undefined,
  bytes: number | null,
  model: string,
  agreed: boolean,
): void {
  const reason = agreed ? null : costOf(connection, bytes);
  if (reason === null) return;
  throw failure(
    "consent_required",
    reason === "cellular"
      ? "This device is on a mobile connection, which may cost."
      : "This browser is asked to save data.",
    "Agree to the download, or connect to another network.",
    { model, bytes, reason },
  );
}

/** The connection of this scope, where the browser tells of it. */
export const connectionOf = (navigator: object): Connection | undefined =>
  "connection" in navigator && typeof navigator.connection === "object" && navigator.connection !== null
    ? navigator.connection
    : undefined;
