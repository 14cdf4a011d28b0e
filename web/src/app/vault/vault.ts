/** The profile of the page: found, unlocked and opened, locked again, and rewritten where a lock comes or goes. */
import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { deleteDB } from "idb";
import type { StorageNames } from "../../offline/names";
import { type Bytes, newSecret, type ProfileKeys, profileKeys } from "../../sealing/keys";
import { SealedCodec } from "../../sealing/sealed-codec";
import { openedByPasskey, openedByPassphrase, passkeyWay, type PasskeyWay, passphraseWay, type Way } from "../../sealing/ways";
import type { RecordCodec } from "../database/codec";
import type { ProfileChoice } from "./choice";
import type { Passkeys } from "./passkey";
import { firstProfile, FIRST, type LockRecord, type ProfileRecord, type Registry } from "./registry";
import { rewrite } from "./rewrite";
import { createVaultState, type VaultSignal, type VaultState } from "./state";
import type { Tabs } from "./tabs";
import { ProfileUse, type UseLocks } from "./use";

export interface VaultOptions {
  names: Pick<StorageNames, "profiles" | "database">;
  registry: Registry;
  tabs: Tabs;
  /** Undefined in an insecure context. */
  locks: UseLocks | undefined;
  passkeys: Passkeys;
  choice: ProfileChoice;
  newId: () => string;
  /** What a passkey is called, where the profile has no name. */
  site: string;
  /** Loads the page again: where it is, or at its first place, where another profile comes. */
  reload: (at: "here" | "first") => void;
  /** Stores what is not stored yet, and ends everything that writes. */
  settle: () => Promise<void>;
  /** Of PBKDF2, for new passphrases. */
  iterations: number;
}

/** A profile that can be read. */
export interface OpenProfile {
  record: ProfileRecord;
  /** Null: it lies as it is. */
  sealed: { codec: RecordCodec; keys: ProfileKeys } | null;
}

/** What somebody unlocks a profile with. */
export type Proof = { kind: "passphrase"; passphrase: string } | { kind: "passkey" };

/** After which a locked profile locks itself, where nothing else was said. */
export const USUAL_MINUTES = 15;

export class Vault {
  readonly #state: VaultSignal;
  readonly #profiles: Signal<readonly ProfileRecord[]> = signal([]);
  readonly #use: ProfileUse;
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
    options.tabs.listen({
      lock: ({ profile }) => {
        if (this.#open?.record.id === profile) void this.#leave();
      },
      leave: ({ profile }) => {
        if (this.#shown() === profile) void this.#leave();
      },
      ask: ({ profile }) => {
        if (this.#open?.sealed && this.#open.record.id === profile) this.#share(this.#open.sealed.keys);
      },
      keys: ({ profile, keys }) => void this.#given(profile, keys),
      active: () => {
        this.onActive();
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
      const found = await this.#find();
      await this.#use.share(found.id, () => {
        this.#state.value = { kind: "busy" };
      });
      // It may have been rewritten while this tab waited.
      const record = (await this.options.registry.get(found.id)) ?? found;
      this.#sweep(record).catch((error: unknown) => {
        console.warn("What an interrupted writing has left behind could not be deleted:", error);
      });
      this.options.choice.remember({ id: record.id, locked: record.lock !== null });
      if (record.lock === null) this.#take({ record, sealed: null });
      else {
        this.#state.value = { kind: "locked", profile: record };
        this.options.tabs.say({ kind: "ask", profile: record.id });
      }
    } catch (error) {
      console.warn("The browser keeps no profiles for this page:", error);
      this.#kept = false;
      this.#take({ record: firstProfile(this.options.names), sealed: null });
    }
  }

  /** False: that does not open it. Rejects where a passkey cannot be asked, or the person says no. */
  async unlock(proof: Proof): Promise<boolean> {
    const state = this.#state.value;
    if (state.kind !== "locked" || state.profile.lock === null) return false;
    const secret = await this.#secret(state.profile.lock.ways, proof);
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
    const way = await this.#newWay(proof, secret, record.name);
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
    return this.#changeWays(proof, async (ways, secret) => [
      ...ways.filter(({ kind }) => kind !== "passphrase"),
      await this.#newWay({ kind: "passphrase", passphrase }, secret, ""),
    ]);
  }

  addPasskey(proof: Proof): Promise<boolean> {
    const { name } = this.#here();
    return this.#changeWays(proof, async (ways, secret) => [...ways, await this.#newWay({ kind: "passkey" }, secret, name)]);
  }

  /** All passkeys: the passphrase alone opens it then. */
  removePasskeys(proof: Proof): Promise<boolean> {
    return this.#changeWays(proof, (ways) => {
      const left = ways.filter(({ kind }) => kind === "passphrase");
      return Promise.resolve(left.length === 0 ? ways : left);
    });
  }

  async lockAfter(minutes: number | null): Promise<void> {
    const record = this.#here();
    if (record.lock !== null) await this.#store({ ...record, lock: { ...record.lock, afterMinutes: minutes } });
  }

  /** Forgets the keys, here and in the other tabs. */
  async lockNow(): Promise<void> {
    const record = this.#here();
    if (record.lock === null) return;
    this.options.tabs.say({ kind: "lock", profile: record.id });
    await this.#leave();
  }

  async create(name: string): Promise<void> {
    const { names, newId, registry } = this.options;
    // As soon as there are two, the first one is listed as well.
    await registry.put(this.#here());
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
    const stored = (await this.options.registry.get(record.id)) ?? record;
    await this.#store({ ...stored, name });
  }

  async switchTo({ id, lock }: ProfileRecord): Promise<void> {
    this.options.choice.remember({ id, locked: lock !== null });
    await this.#leave("first");
  }

  /** With everything in it. Tabs that show it show another one then. */
  async remove(record: ProfileRecord): Promise<void> {
    const own = this.#shown() === record.id;
    if (own) {
      this.#state.value = { kind: "leaving" };
      await this.#end();
    }
    await this.#erase(record);
    if (own) this.#begin();
    else await this.#list();
  }

  /** Every profile, with everything in it. */
  async removeAll(): Promise<void> {
    this.#state.value = { kind: "leaving" };
    await this.#end();
    for (const record of await this.#all()) await this.#erase(record);
    this.#begin();
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

  async #list(): Promise<readonly ProfileRecord[]> {
    return (this.#profiles.value = await this.#all());
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

  async #erase(record: ProfileRecord): Promise<void> {
    const { registry, tabs } = this.options;
    const { id, database, documents, doomed } = record;
    const gone: ProfileRecord = { ...record, deleted: true, doomed: [...doomed, database, documents] };
    tabs.say({ kind: "leave", profile: id });
    await this.#use.alone(id, async () => {
      await registry.put(gone);
      await this.#drop(gone);
    });
    tabs.say({ kind: "profiles" });
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

  async #secret(ways: readonly Way[], proof: Proof): Promise<Bytes | null> {
    if (proof.kind === "passphrase") {
      const way = ways.find((each) => each.kind === "passphrase");
      return way === undefined ? null : openedByPassphrase(way, proof.passphrase);
    }
    const known = ways.filter((each): each is PasskeyWay => each.kind === "passkey");
    if (known.length === 0) return null;
    const { answer, salt } = await this.options.passkeys.ask(known);
    const way = known.find((each) => each.salt === salt);
    return way === undefined ? null : openedByPasskey(way, answer);
  }

  async #newWay(proof: Proof, secret: Bytes, name: string): Promise<Way> {
    if (proof.kind === "passphrase") return passphraseWay(proof.passphrase, secret, this.options.iterations);
    return passkeyWay(await this.options.passkeys.make(name || this.options.site), secret);
  }

  async #changeWays(proof: Proof, change: (ways: readonly Way[], secret: Bytes) => Promise<readonly Way[]>): Promise<boolean> {
    const record = this.#here();
    if (record.lock === null) return false;
    const secret = await this.#secret(record.lock.ways, proof);
    if (secret === null) return false;
    try {
      await this.#store({ ...record, lock: { ...record.lock, ways: await change(record.lock.ways, secret) } });
    } finally {
      secret.fill(0);
    }
    return true;
  }

  #here(): ProfileRecord {
    if (this.#open === null) throw new Error("No profile is open.");
    return this.#open.record;
  }

  async #store(record: ProfileRecord): Promise<void> {
    await this.options.registry.put(record);
    if (this.#open?.record.id === record.id) {
      this.#open = { ...this.#open, record };
      this.#state.value = { kind: "open", profile: record };
    }
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
      await this.#use.alone(record.id, () => rewrite({ registry, record, target, source, codec, lock, show, drop: (gone) => this.#drop(gone) }));
    } catch (error) {
      console.error("The profile could not be rewritten:", error);
      this.#state.value = { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
      return;
    }
    choice.remember({ id: record.id, locked: lock !== null });
    this.options.reload("here");
  }

  /** Deletes what is to go, and says so in the registry. */
  async #drop(record: ProfileRecord): Promise<void> {
    for (const name of record.doomed) await deleteDB(name);
    if (record.deleted === true) await this.options.registry.remove(record.id);
    else await this.options.registry.put({ ...record, doomed: [] });
  }

  /** What a crash has left behind. */
  async #sweep(own: ProfileRecord): Promise<void> {
    const stored = await this.options.registry.all();
    const left = stored.filter(({ id, deleted, doomed }) => doomed.length > 0 && (id === own.id || deleted === true));
    for (const record of left) await this.#drop(record);
  }

  async #leave(at: "here" | "first" = "here"): Promise<void> {
    this.#state.value = { kind: "leaving" };
    await this.#end();
    this.options.reload(at);
  }

  /** Ends what writes and lets go of the profile. */
  async #end(): Promise<void> {
    await this.options.settle();
    this.#use.release();
  }
}
