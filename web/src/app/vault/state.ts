import { signal, type Signal } from "@preact/signals";
import type { ProfileRecord } from "./registry";

/** Where the page stands with its profile. */
export type VaultState =
  /** It is being looked for. `locked`: it was, the last time. */
  | { kind: "opening"; locked: boolean }
  /** Another tab rewrites it. */
  | { kind: "busy" }
  | { kind: "locked"; profile: ProfileRecord }
  | { kind: "open"; profile: ProfileRecord }
  /** It is rewritten here. `of` null: other tabs are waited for. */
  | { kind: "moving"; to: "sealed" | "plain"; records: number; of: number | null }
  /** It could not be rewritten: nothing has changed; or not deleted as a whole; or a locked one not be found. */
  | { kind: "failed"; what: "rewriting" | "deleting" | "reading"; reason: string }
  /** It is being left: the page is loaded again. */
  | { kind: "leaving" };

export type VaultSignal = Signal<VaultState>;

export const createVaultState = (locked: boolean): VaultSignal => signal<VaultState>({ kind: "opening", locked });
