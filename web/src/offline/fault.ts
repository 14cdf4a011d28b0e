/** What can go wrong while the site is stored. The page puts it into words. */
export type OfflineFault =
  | { code: "network"; path: string }
  | { code: "file_missing"; path: string; status: number }
  | { code: "hash_mismatch"; path: string }
  | { code: "quota_exceeded"; path: string }
  | { code: "storage_failed"; path: string; reason: string }
  | { code: "worker_failed"; reason: string };

/** A fault on its way up. It does not survive a message: send the fault. */
export class OfflineError extends Error {
  override name = "OfflineError";

  constructor(
    readonly fault: OfflineFault,
    options?: ErrorOptions,
  ) {
    super("path" in fault ? `${fault.code}: ${fault.path}` : `${fault.code}: ${fault.reason}`, options);
  }
}

/** The fault of whatever was thrown. */
export function faultOf(error: unknown): OfflineFault {
  if (error instanceof OfflineError) return error.fault;
  return { code: "worker_failed", reason: error instanceof Error ? error.message : String(error) };
}
