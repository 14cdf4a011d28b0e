/** The profile of the page, which everything that is kept hangs on. */
import { ITERATIONS } from "../../sealing/ways";
import type { PythonStore } from "../../page/python-host";
import type { AppDatabase } from "../database/database";
import { openDatabase } from "../database/open";
import { browserFiles } from "../models/files";
import { newId } from "../new-id";
import { AutoLock } from "../vault/auto-lock";
import { ProfileChoice } from "../vault/choice";
import { browserPasskeys } from "../vault/passkey";
import { Registry } from "../vault/registry";
import { Tabs } from "../vault/tabs";
import { Vault } from "../vault/vault";
import { storageOf } from "../../door/origins";
import { hashOf } from "../places";
import type { Page } from "./page";

export interface VaultParts {
  /** Stores what is not stored yet, and ends everything that writes. */
  settle: () => Promise<void>;
  /** Whether something is being written that a lock would cut. */
  busy: () => boolean;
  /** The conversation that is shown, or lies beneath a sheet. */
  conversation: () => string | null;
}

export function composeVault({ names }: Page, { settle, busy, conversation }: VaultParts): Vault {
  const secure = window.isSecureContext;
  const tabs = new Tabs(new BroadcastChannel(names.profiles));
  const vault = new Vault({
    names,
    registry: new Registry(names.profiles),
    tabs,
    locks: secure ? navigator.locks : undefined,
    passkeys: browserPasskeys(window, location.hostname),
    choice: new ProfileChoice(names.profiles, tabStorage(), storageOf(window)),
    newId,
    site: location.hostname,
    reload: (at) => {
      // A conversation of one profile is none of another's.
      const id = at === "here" ? conversation() : null;
      history.replaceState(null, "", hashOf({ kind: "conversation", id }));
      location.reload();
    },
    settle,
    iterations: ITERATIONS,
  });
  const lock = new AutoLock({
    minutes: () => vault.current?.record.lock?.afterMinutes ?? null,
    busy,
    lock: () => void vault.lockNow(),
    active: () => {
      if (vault.current !== null) tabs.say({ kind: "active", profile: vault.current.record.id });
    },
    now: Date.now,
  });
  vault.onActive = () => {
    lock.touched();
  };
  void vault.opened.then(() => {
    lock.touched();
    lock.watch(window);
  });
  return vault;
}

/** The database of the profile, as soon as that is open. */
export async function openProfile(vault: Vault): Promise<AppDatabase> {
  const { record, sealed } = await vault.opened;
  return openDatabase({ name: record.database, ...(sealed === null ? {} : { codec: sealed.codec }) });
}

/** Where Python keeps what is its own. The profile is open before Python is started. */
export function pythonStore(vault: Vault): PythonStore {
  if (vault.current === null) throw new Error("Python was started before its profile was open.");
  const { record, sealed } = vault.current;
  if (sealed === null) return { name: record.documents };
  const keys = (port: MessagePort): void => {
    port.postMessage(sealed.keys);
  };
  return { name: record.documents, keys };
}

function tabStorage(): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

/** Saves a file as the browser saves downloads. */
export function saveFile(name: string, file: Blob): void {
  const files = browserFiles(window);
  files.save(name, files.urlOf(file));
}
