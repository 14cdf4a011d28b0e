/** The profile of the page: found, unlocked and opened, locked again, and rewritten where a lock comes or goes. */
import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { StorageNames } from "../../offline/names";
import { type Bytes, newSecret, type ProfileKeys, profileKeys } from "../../sealing/keys";
import { SealedCodec } from "../../sealing/sealed-codec";
import type { Way } from "../../sealing/ways";
import type { RecordCodec } from "../database/codec";
import type { ProfileChoice } from "./choice";
import { Erasing } from "./erasing";
import { type Proof, Proofs, type ProofsOptions } from "./proofs";
import { firstProfile, FIRST, type LockRecord, type ProfileRecord, type Registry } from "./registry";
import { rewrite } from "./rewrite";
import { createVaultState, type VaultSignal, type VaultState } from "./state";
import type { Tabs } from "./tabs";
import { ProfileUse, type UseLocks } from "./use";

export interface VaultOptions extends ProofsOptions {
  names: Pick<StorageNames, "profiles" | "database">;
  registry: Registry;
  tabs: Tabs;
  /** Undefined in an insecure context. */
  locks: UseLocks | undefined;
  choice: ProfileChoice;
  newId: () => string;
  /** Loads the page again: where it is, or at its first place, where another profile comes. */
  reload: (at: "here" | "first") => void;
  /** Stores what is not stored yet, and ends everything that writes. */
  settle: () => Promise<void>;
}

/** A profile that can be read. */
export interface OpenProfile {
  record: ProfileRecord;
  /** Null: it lies as it is. */
  sealed: { codec: RecordCodec; keys: ProfileKeys } | null;
}

/** After which a locked profile locks itself, where nothing else was said. */
export const USUAL_MINUTES = 15;

export class Vault {
  readonly #state: VaultSignal;
  readonly #profiles: Signal<readonly ProfileRecord[]> = signal([]);
  readonly #use: ProfileUse;
  readonly #erasing: Erasing;
  readonly #proofs: Proofs;
  #open: OpenProfile | null = null;
  #kept = true;
  #opened: (profile: OpenProfile) => void = () => undefined;
  /** Resolves once the profile can be read; never, where nobody unlocks it. */
  readonly opened = new Promise<OpenProfile>((resolve) => {
    this.#opened = resolve;
  });

  constructor(private readonly options: VaultOptions) {
    this.#state = createVaultState(options.choice.read()?.locked ?? false);
    this.#use = new ProfileUse(options.locks, (profile) => `${options.names.profiles}:${profile}`);
    this.#erasing = new Erasing({ registry: options.registry, tabs: options.tabs, use: this.#use });
    this.#proofs = new Proofs(options);
    options.tabs.listen({
      lock: ({ profile }) => {
        if (this.#open?.record.id === profile) void this.#leave();
      },
      leave: ({ profile }) => {
        if (this.#shown() === profile) void this.#leave();
      },
      ask: ({ profile }) => {
        // Not while it is being locked: whoever asks then has perhaps just been locked.
        const open = this.#state.value.kind === "open" ? this.#open : null;
        if (open?.sealed && open.record.id === profile) this.#share(open.sealed.keys);
      },
      keys: ({ profile, keys }) => void this.#given(profile, keys),
      active: ({ profile }) => {
        if (this.#open?.record.id === profile) this.onActive();
      },
      profiles: () => void this.#list(),
    });
  }

  /** A hand was on another tab of the profile. */
  onActive: () => void = () => undefined;

  get state(): ReadonlySignal<VaultState> {
    return this.#state;
  }

  /** All that can be switched to. */
  get profiles(): ReadonlySignal<readonly ProfileRecord[]> {
    return this.#profiles;
  }

  /** Whether there can be locks and profiles: on pages over https or from localhost, where the browser keeps them. */
  get canLock(): boolean {
    return this.#kept && this.options.locks !== undefined && "subtle" in crypto;
  }

  get canUsePasskeys(): boolean {
    return this.options.passkeys.available;
  }

  /** The open profile; null before it is. */
  get current(): OpenProfile | null {
    return this.#open;
  }

  async start(): Promise<void> {
    try {
      const record = await this.#shared();
      this.#erasing.sweep(record).catch((error: unknown) => {
        console.warn("What an interrupted writing has left behind could not be deleted:", error);
      });
      this.options.choice.remember({ id: record.id, locked: record.lock !== null });
      if (record.lock === null) this.#take({ record, sealed: null });
      else {
        this.#state.value = { kind: "locked", profile: record };
        this.options.tabs.say({ kind: "ask", profile: record.id });
      }
    } catch (error) {
      // What is written beside a locked profile would lie there as it is, and be missed as soon as that one is back.
      if (this.options.choice.read()?.locked === true) {
        this.#failed("reading", error);
        return;
      }
      console.warn("The browser keeps no profiles for this page:", error);
      this.#kept = false;
      this.#take({ record: firstProfile(this.options.names), sealed: null });
    }
  }

  /** False: that does not open it. Rejects where a passkey cannot be asked, or the person says no. */
  async unlock(proof: Proof): Promise<boolean> {
    const state = this.#state.value;
    if (state.kind !== "locked" || state.profile.lock === null) return false;
    const secret = await this.#proofs.secret(state.profile.lock.ways, proof);
    if (secret === null) return false;
    const keys = await profileKeys(secret);
    secret.fill(0);
    await this.#given(state.profile.id, keys);
    this.#share(keys);
    return true;
  }

  /** Encrypts the open profile, and loads the page again. */
  async protect(proof: Proof): Promise<void> {
    const record = this.#here();
    const secret = newSecret();
    const way = await this.#proofs.newWay(proof, secret, record.name);
    const keys = await profileKeys(secret);
    secret.fill(0);
    const codec = new SealedCodec(keys);
    const lock: LockRecord = { ways: [way], check: await codec.encode("right"), afterMinutes: USUAL_MINUTES };
    await this.#rewrite(record, codec, lock);
  }

  /** Writes the open profile as it is, without a lock, and loads the page again. */
  async unprotect(): Promise<void> {
    await this.#rewrite(this.#here(), null, null);
  }

  /** Another passphrase, or a first one. Nothing is encrypted anew. False: `proof` does not open the profile. */
  setPassphrase(proof: Proof, passphrase: string): Promise<boolean> {
    return this.#changeWays(proof, async (secret) => {
      const way = await this.#proofs.newWay({ kind: "passphrase", passphrase }, secret, "");
      return (ways) => [...ways.filter(({ kind }) => kind !== "passphrase"), way];
    });
  }

  addPasskey(proof: Proof): Promise<boolean> {
    const { name } = this.#here();
    return this.#changeWays(proof, async (secret) => {
      const way = await this.#proofs.newWay({ kind: "passkey" }, secret, name);
      return (ways) => [...ways, way];
    });
  }

  /** All passkeys: the passphrase alone opens it then. */
  removePasskeys(proof: Proof): Promise<boolean> {
    return this.#changeWays(proof, () =>
      Promise.resolve((ways) => {
        const left = ways.filter(({ kind }) => kind === "passphrase");
        return left.length === 0 ? ways : left;
      }),
    );
  }

  async lockAfter(minutes: number | null): Promise<void> {
    const record = this.#here();
    await this.#change(record, (stored) =>
      stored.lock === null ? stored : { ...stored, lock: { ...stored.lock, afterMinutes: minutes } },
    );
  }

  /** Forgets the keys, here and in the other tabs. */
  async lockNow(): Promise<void> {
    const record = this.#here();
    if (record.lock === null || this.#state.value.kind !== "open") return;
    this.options.tabs.say({ kind: "lock", profile: record.id });
    await this.#leave();
  }

  async create(name: string): Promise<void> {
    const { names, newId, registry } = this.options;
    // As soon as there are two, the first one is listed as well.
    const here = this.#here();
    await registry.change(here.id, (stored) => stored ?? here);
    const id = newId();
    const record: ProfileRecord = {
      id,
      name,
      database: names.database(id),
      documents: `${names.profiles}:documents:${id}`,
      lock: null,
      doomed: [],
    };
    await registry.put(record);
    this.options.tabs.say({ kind: "profiles" });
    await this.switchTo(record);
  }

  async rename(record: ProfileRecord, name: string): Promise<void> {
    await this.#change(record, (stored) => ({ ...stored, name }));
  }

  async switchTo({ id, lock }: ProfileRecord): Promise<void> {
    this.options.choice.remember({ id, locked: lock !== null });
    await this.#leave("first");
  }

  /** With everything in it. Tabs that show it show another one then. */
  async remove(record: ProfileRecord): Promise<void> {
    const own = this.#shown() === record.id;
    if (own) return this.#eraseHere(() => Promise.resolve([record]));
    await this.#erasing.erase(record);
    await this.#list();
  }

  /** Every profile, with everything in it. */
  async removeAll(): Promise<void> {
    await this.#eraseHere(() => this.#all());
  }

  /** The page again, after something failed. */
  again(): void {
    this.#use.release();
    this.options.reload("here");
  }

  // ---- inside -------------------------------------------------------------------------------

  async #find(): Promise<ProfileRecord> {
    const all = await this.#list();
    const chosen = this.options.choice.read()?.id ?? FIRST;
    const [first] = all;
    return all.find(({ id }) => id === chosen) ?? first ?? firstProfile(this.options.names);
  }

  /** This tab may open it: nobody is rewriting or deleting it, and nobody has while the tab waited. */
  async #shared(): Promise<ProfileRecord> {
    for (;;) {
      const { id } = await this.#find();
      await this.#use.share(id, () => {
        this.#state.value = { kind: "busy" };
      });
      const stored = await this.options.registry.get(id);
      const here = (await this.#list()).find((record) => record.id === id);
      if (here !== undefined && stored?.deleted !== true) return here;
      this.#use.release();
      if (stored?.deleted === true) await this.#erasing.finish(id);
    }
  }

  async #list(): Promise<readonly ProfileRecord[]> {
    const all = (this.#profiles.value = await this.#all());
    const [open, state] = [this.#open, this.#state.value];
    const record = all.find(({ id }) => id === open?.record.id);
    // Another tab may have changed the ways into it, or when it locks itself.
    if (open !== null && state.kind === "open" && record?.database === open.record.database) {
      this.#open = { ...open, record };
      this.#state.value = { kind: "open", profile: record };
    }
    return all;
  }

  async #all(): Promise<readonly ProfileRecord[]> {
    const stored = (await this.options.registry.all()).filter(({ deleted }) => deleted !== true);
    return stored.length === 0 ? [firstProfile(this.options.names)] : stored;
  }

  /** The profile that this tab shows, or would if it were unlocked. */
  #shown(): string | null {
    const state = this.#state.value;
    return state.kind === "locked" ? state.profile.id : (this.#open?.record.id ?? null);
  }

  /** Deletes profiles, among them the one that this tab shows. */
  async #eraseHere(which: () => Promise<readonly ProfileRecord[]>): Promise<void> {
    this.#state.value = { kind: "leaving" };
    try {
      await this.#end();
      for (const record of await which()) await this.#erasing.erase(record);
    } catch (error) {
      this.#failed("deleting", error);
      return;
    }
    this.#begin();
  }

  #failed(what: Extract<VaultState, { kind: "failed" }>["what"], error: unknown): void {
    console.error(`The profile failed (${what}):`, error);
    this.#state.value = { kind: "failed", what, reason: error instanceof Error ? error.message : String(error) };
  }

  /** As if nobody had been here in this tab. */
  #begin(): void {
    this.options.choice.forget();
    this.options.reload("first");
  }

  #take(profile: OpenProfile): void {
    this.#open = profile;
    this.#state.value = { kind: "open", profile: profile.record };
    this.#opened(profile);
  }

  /** Keys came, from a hand or from another tab. */
  async #given(profile: string, keys: ProfileKeys): Promise<void> {
    const state = this.#state.value;
    if (state.kind !== "locked" || state.profile.id !== profile || state.profile.lock === null) return;
    const codec = new SealedCodec(keys);
    const right = await codec.decode(state.profile.lock.check).then(
      () => true,
      () => false,
    );
    if (right && this.#state.value === state) this.#take({ record: state.profile, sealed: { codec, keys } });
  }

  #share(keys: ProfileKeys): void {
    if (this.#open !== null) this.options.tabs.say({ kind: "keys", profile: this.#open.record.id, keys });
  }

  async #changeWays(proof: Proof, changing: (secret: Bytes) => Promise<(ways: readonly Way[]) => readonly Way[]>): Promise<boolean> {
    const here = this.#here();
    const record = (await this.options.registry.get(here.id)) ?? here;
    if (record.lock === null) return false;
    const secret = await this.#proofs.secret(record.lock.ways, proof);
    if (secret === null) return false;
    try {
      const change = await changing(secret);
      await this.#change(record, (stored) =>
        stored.lock === null ? stored : { ...stored, lock: { ...stored.lock, ways: change(stored.lock.ways) } },
      );
    } finally {
      secret.fill(0);
    }
    return true;
  }

  #here(): ProfileRecord {
    if (this.#open === null) throw new Error("No profile is open.");
    return this.#open.record;
  }

  /** Of the record as it lies now: what other tabs have changed about it stays. */
  async #change(record: ProfileRecord, change: (stored: ProfileRecord) => ProfileRecord): Promise<void> {
    await this.options.registry.change(record.id, (stored) => {
      // It is being deleted: nothing brings it back.
      if (stored?.deleted === true) return null;
      return change(stored ?? record);
    });
    this.options.tabs.say({ kind: "profiles" });
    await this.#list();
  }

  async #rewrite(record: ProfileRecord, codec: SealedCodec | null, lock: LockRecord | null): Promise<void> {
    const { choice, names, newId, registry, tabs } = this.options;
    const source = this.#open?.sealed?.codec ?? null;
    const show = (records: number, of: number | null): void => {
      this.#state.value = { kind: "moving", to: codec === null ? "plain" : "sealed", records, of };
    };
    show(0, null);
    const version = newId();
    const target = { database: `${names.database(record.id)}:${version}`, documents: `${names.profiles}:documents:${version}` };
    try {
      await this.#end();
      tabs.say({ kind: "leave", profile: record.id });
      await this.#use.alone(record.id, async () => {
        const now = (await registry.get(record.id)) ?? record;
        if (now.deleted === true || now.database !== record.database) throw new Error("Another tab was faster.");
        await rewrite({ registry, record: now, target, source, codec, lock, show, drop: (gone) => this.#erasing.drop(gone) });
      });
    } catch (error) {
      this.#failed("rewriting", error);
      return;
    }
    choice.remember({ id: record.id, locked: lock !== null });
    tabs.say({ kind: "profiles" });
    this.options.reload("here");
  }

  async #leave(at: "here" | "first" = "here"): Promise<void> {
    this.#state.value = { kind: "leaving" };
    try {
      await this.#end();
    } catch (error) {
      // Keys are forgotten, and nobody is kept waiting, whatever could not be stored.
      console.error("Not everything could be stored before the profile was left:", error);
      this.#use.release();
    }
    this.options.reload(at);
  }

  /** Ends what writes and lets go of the profile. */
  async #end(): Promise<void> {
    await this.options.settle();
    this.#use.release();
  }
}
