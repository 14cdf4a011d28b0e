import "fake-indexeddb/auto";
import { deleteDB, openDB } from "idb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Documents } from "../../bridge/documents";
import { storageNames } from "../../offline/names";
import { random } from "../../sealing/ways";
import type { ChangeChannel } from "../database/changes";
import type { AppDatabase } from "../database/database";
import { openDatabase } from "../database/open";
import { conversationRecord, turnRecord } from "../testing/records";
import { MemoryLocks } from "../testing/web-locks";
import { ProfileChoice } from "./choice";
import type { Passkeys } from "./passkey";
import { Registry } from "./registry";
import { Tabs } from "./tabs";
import { type OpenProfile, Vault } from "./vault";

/** A browser with tabs of the application; a reload ends a tab, and opens another one in its place. */
class Browser {
  static count = 0;
  readonly names = storageNames(`https://site.example/${String((Browser.count += 1))}/`);
  readonly locks = new MemoryLocks();
  readonly storage = new Map<string, string>();
  readonly secrets = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly open = new Set<Tab>();
  readonly #channels = new Set<ChangeChannel>();
  async tab(): Promise<Tab> {
    const tab = new Tab(this);
    this.open.add(tab);
    await tab.vault.start();
    return tab;
  }

  /** A BroadcastChannel; that of Node carries no keys. */
  channel(): ChangeChannel {
    const channel: ChangeChannel = {
      onmessage: null,
      postMessage: (data) => {
        for (const other of this.#channels) {
          if (other !== channel) queueMicrotask(() => other.onmessage?.(new MessageEvent("message", { data })));
        }
      },
      close: () => {
        channel.onmessage = null;
        this.#channels.delete(channel);
      },
    };
    this.#channels.add(channel);
    return channel;
  }

  close(): void {
    for (const tab of this.open) tab.end();
  }
}

class Tab {
  readonly registry: Registry;
  readonly tabs: Tabs;
  readonly vault: Vault;
  database: AppDatabase | null = null;
  /** What the page does before it lets go of the profile. */
  settling: () => Promise<void> = () => Promise.resolve();
  next: Promise<Tab> | null = null;

  constructor(private readonly browser: Browser, session = new Map<string, string>()) {
    const { names, locks, storage } = browser;
    this.registry = new Registry(names.profiles);
    this.tabs = new Tabs(browser.channel());
    this.vault = new Vault({
      names,
      registry: this.registry,
      tabs: this.tabs,
      locks,
      passkeys: passkeysOf(browser),
      choice: new ProfileChoice(names.profiles, kept(session), kept(storage)),
      newId: () => crypto.randomUUID(),
      site: "site.example",
      iterations: 1_000,
      settle: async () => {
        await this.settling();
        this.database?.close();
      },
      reload: () => {
        this.end();
        this.next = Promise.resolve().then(async () => {
          const tab = new Tab(browser, session);
          browser.open.add(tab);
          await tab.vault.start();
          return tab;
        });
      },
    });
  }

  async opened(): Promise<AppDatabase> {
    const { record, sealed }: OpenProfile = await this.vault.opened;
    return (this.database ??= await openDatabase({ name: record.database, ...(sealed === null ? {} : { codec: sealed.codec }) }));
  }

  async after(): Promise<Tab> {
    return vi.waitUntil(() => this.next);
  }

  end(): void {
    this.database?.close();
    this.tabs.close();
    void this.registry.close();
    this.browser.open.delete(this);
  }
}

function kept(map: Map<string, string>): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

/** An authenticator: the same salt gives the same secret. */
function passkeysOf({ secrets }: Browser): Passkeys {
  return {
    available: true,
    make: () => {
      const [credential, salt, answer] = [random(16), random(32), random(32)];
      secrets.set(credential.join(), answer);
      return Promise.resolve({ credential, salt, answer });
    },
    ask: ([first]) => {
      const answer = secrets.get(first?.credential.join() ?? "");
      if (first === undefined || answer === undefined) throw new DOMException("no", "NotAllowedError");
      return Promise.resolve({ ...first, answer });
    },
  };
}

const phrase = (passphrase: string): { kind: "passphrase"; passphrase: string } => ({ kind: "passphrase", passphrase });

async function written(database: AppDatabase): Promise<void> {
  const conversation = conversationRecord("a", { title: "Needle", folder: "Needles", tags: ["needle"] });
  await database.conversations.save({ conversation, turns: [turnRecord("a", "t", "a needle in hay")] });
  await database.drafts.set({ conversation: "a", changedAt: 1, text: "needle", details: {} });
  await database.tools.set("needle_tool", { source: "needle" });
  await database.settings.set("answers", { stop: ["needle"] });
  await database.decks.set("d", { topic: "needle" });
  await database.inferences.add([{ id: "i", at: 5, model: "needle-model", details: { tokens: 3 } }]);
  await database.blobs.put("b", "a", new Blob(["needle"], { type: "text/plain" }));
}

async function checkWritten(database: AppDatabase): Promise<void> {
  expect(await database.conversations.get("a")).toMatchObject({ title: "Needle", revision: 1 });
  expect((await database.conversations.search("needle", { limit: 9 })).hits).toHaveLength(1);
  expect(await database.conversations.labels()).toEqual({ folders: ["Needles"], tags: ["needle"] });
  expect((await database.drafts.get("a"))?.text).toBe("needle");
  expect(await database.tools.all()).toEqual([{ id: "needle_tool", value: { source: "needle" } }]);
  expect(await database.inferences.models()).toEqual(["needle-model"]);
  const blob = await database.blobs.get("b");
  expect(blob?.type).toBe("text/plain");
}

/** Everything that lies in the databases of the site, as text. */
async function lying(browser: Browser): Promise<string> {
  const found: string[] = [JSON.stringify([...browser.storage])];
  for (const { name = "" } of await indexedDB.databases()) {
    if (!name.startsWith(browser.names.database("").slice(0, -"profile:".length)) && name !== "webllm-provider") continue;
    const database = await openDB(name);
    for (const store of database.objectStoreNames) {
      const stored: unknown[] = [await database.getAllKeys(store), await database.getAll(store)];
      for (const each of stored) {
        found.push(JSON.stringify(each, (_, value: unknown) => (value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) : value)));
      }
    }
    database.close();
  }
  return found.join("\n");
}

let browser: Browser;
beforeEach(() => {
  browser = new Browser();
});
afterEach(async () => {
  browser.close();
  await deleteDB("webllm-provider");
});

describe("a profile's lock", () => {
  it("encrypts what was there, and opens with the passphrase alone", async () => {
    const plain = await browser.tab();
    await written(await plain.opened());
    const documents = new Documents();
    await documents.set("notes", "needle");
    documents.close();
    expect(await lying(browser)).toContain("eedle");

    await plain.vault.protect(phrase("open sesame"));
    const locked = await plain.after();
    expect(locked.vault.state.value.kind).toBe("locked");
    expect((await lying(browser)).toLowerCase()).not.toContain("needle");
    expect(await locked.vault.unlock(phrase("open says me"))).toBe(false);
    expect(locked.vault.state.value.kind).toBe("locked");
    expect(await locked.vault.unlock(phrase("open sesame"))).toBe(true);
    await checkWritten(await locked.opened());
    const { record, sealed } = await locked.vault.opened;
    const kept = new Documents({ name: record.documents, ...(sealed === null ? {} : { sealing: sealed.codec }) });
    expect(await kept.get("notes")).toBe("needle");
    kept.close();

    await locked.vault.unprotect();
    const again = await locked.after();
    expect(again.vault.state.value.kind).toBe("open");
    await checkWritten(await again.opened());
  });

  it("opens with a passkey, and with a passphrase that came later or was changed", async () => {
    const plain = await browser.tab();
    await written(await plain.opened());
    await plain.vault.protect({ kind: "passkey" });
    const locked = await plain.after();
    expect(await locked.vault.unlock(phrase("x"))).toBe(false);
    expect(await locked.vault.unlock({ kind: "passkey" })).toBe(true);
    await checkWritten(await locked.opened());
    expect(await locked.vault.setPassphrase(phrase("x"), "first")).toBe(false);
    expect(await locked.vault.setPassphrase({ kind: "passkey" }, "first")).toBe(true);
    expect(await locked.vault.setPassphrase(phrase("first"), "second")).toBe(true);
    await locked.vault.lockAfter(5);
    await locked.vault.lockNow();
    const next = await locked.after();
    expect(await next.vault.unlock(phrase("first"))).toBe(false);
    expect(await next.vault.unlock(phrase("second"))).toBe(true);
    expect(next.vault.current?.record.lock?.afterMinutes).toBe(5);
    expect(await next.vault.removePasskeys(phrase("second"))).toBe(true);
    await next.vault.lockNow();
    const last = await next.after();
    expect(await last.vault.unlock({ kind: "passkey" })).toBe(false);
    expect(await last.vault.unlock(phrase("second"))).toBe(true);
    await checkWritten(await last.opened());
  });

  it("is one for all tabs: another gets the keys, and forgets them with the first", async () => {
    const first = await browser.tab();
    await written(await first.opened());
    const other = await browser.tab();
    await other.opened();
    // The other tab is made to let go before anything is rewritten.
    await first.vault.protect(phrase("p"));
    const [one, two] = [await first.after(), await other.after()];
    await vi.waitUntil(() => one.vault.state.value.kind === "locked" && two.vault.state.value.kind === "locked");
    await one.vault.unlock(phrase("p"));
    await checkWritten(await two.opened());
    const third = await browser.tab();
    await checkWritten(await third.opened());
    await two.vault.lockNow();
    for (const tab of [one, two, third]) {
      const next = await tab.after();
      await vi.waitUntil(() => next.vault.state.value.kind === "locked");
    }
  });

  it("gives nobody its keys while it is being locked", async () => {
    const first = await browser.tab();
    await first.vault.protect(phrase("p"));
    const one = await first.after();
    await one.vault.unlock(phrase("p"));
    const slow = await browser.tab();
    await slow.opened();
    let settled = (): void => undefined;
    slow.settling = () => new Promise((resolve) => (settled = resolve));
    await one.vault.lockNow();
    const locked = await one.after();
    // It asks for keys when it starts; the slow tab still has them.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(slow.vault.state.value.kind).toBe("leaving");
    expect(locked.vault.state.value.kind).toBe("locked");
    settled();
    await slow.after();
  });

  it("is locked even where something could not be stored before", async () => {
    const plain = await browser.tab();
    await plain.vault.protect(phrase("p"));
    const open = await plain.after();
    await open.vault.unlock(phrase("p"));
    open.settling = () => Promise.reject(new Error("the disk is full"));
    const failed = vi.spyOn(console, "error").mockReturnValue();
    await open.vault.lockNow();
    expect(failed).toHaveBeenCalledOnce();
    failed.mockRestore();
    expect((await open.after()).vault.state.value.kind).not.toBe("open");
  });

  it("keeps what another tab has changed about it", async () => {
    const plain = await browser.tab();
    await plain.vault.protect(phrase("old"));
    const one = await plain.after();
    await one.vault.unlock(phrase("old"));
    const other = await browser.tab();
    await other.opened();
    await one.vault.setPassphrase(phrase("old"), "new");
    await other.vault.lockAfter(60);
    await vi.waitUntil(() => one.vault.current?.record.lock?.afterMinutes === 60);
    expect(await other.vault.setPassphrase(phrase("old"), "third")).toBe(false);
    await other.vault.create("Work");
    const work = await other.after();
    const home = work.vault.profiles.value.find(({ lock }) => lock !== null);
    if (home === undefined) throw new Error("the locked profile is not listed");
    await one.vault.lockNow();
    const locked = await one.after();
    expect(await locked.vault.unlock(phrase("old"))).toBe(false);
    expect(await locked.vault.unlock(phrase("new"))).toBe(true);
    expect(locked.vault.current?.record.lock?.afterMinutes).toBe(60);
  });

  it("hears of hands on its own tabs alone", async () => {
    const tab = await browser.tab();
    let hands = 0;
    tab.vault.onActive = () => (hands += 1);
    const others = new Tabs(browser.channel());
    others.say({ kind: "active", profile: "another" });
    others.say({ kind: "active", profile: "default" });
    await vi.waitUntil(() => hands > 0);
    expect(hands).toBe(1);
    others.close();
  });

  it("opens nothing in its place where the browser does not show it", async () => {
    const plain = await browser.tab();
    await plain.vault.protect(phrase("p"));
    (await plain.after()).end();
    await deleteDB(browser.names.profiles);
    // Of a newer version of the page: this one may not read it.
    (await openDB(browser.names.profiles, 9)).close();
    const failed = vi.spyOn(console, "error").mockReturnValue();
    const tab = await browser.tab();
    failed.mockRestore();
    expect(tab.vault.state.value).toMatchObject({ kind: "failed", what: "reading" });
    expect(tab.vault.current).toBeNull();
  });

  it("loses nothing where the writing breaks off, and leaves nothing behind", async () => {
    const plain = await browser.tab();
    const database = await plain.opened();
    await written(database);
    // A record that cannot be sealed: a number that JSON does not have.
    await database.decks.set("broken", { count: 10n });
    const failed = vi.spyOn(console, "error").mockReturnValue();
    await plain.vault.protect(phrase("p"));
    expect(failed).toHaveBeenCalledOnce();
    failed.mockRestore();
    expect(plain.vault.state.value.kind).toBe("failed");
    plain.vault.again();
    const again = await plain.after();
    await checkWritten(await again.opened());
    const names = (await indexedDB.databases()).map(({ name }) => name ?? "").filter((name) => name.includes(browser.names.database("default")));
    expect(names).toEqual([browser.names.database("default")]);
  });

  it("deletes at the next start what a crash has left behind", async () => {
    const tab = await browser.tab();
    const { record } = await tab.vault.opened;
    await written(await tab.opened());
    const begun = `${browser.names.database("default")}:begun`;
    (await openDB(begun)).close();
    await tab.registry.put({ ...record, doomed: [begun] });
    tab.end();
    const next = await browser.tab();
    await checkWritten(await next.opened());
    await vi.waitUntil(async () => (await indexedDB.databases()).every(({ name }) => name !== begun));
    expect((await next.registry.get("default"))?.doomed ?? []).toEqual([]);
  });
});

describe("profiles", () => {
  it("are deleted where they lie now, though another tab listed them before", async () => {
    const first = await browser.tab();
    await written(await first.opened());
    await first.vault.create("Work");
    const work = await first.after();
    const listed = work.vault.profiles.value.find(({ name }) => name === "");
    if (listed === undefined) throw new Error("the first profile is not listed");
    const other = await browser.tab();
    await other.vault.switchTo(listed);
    const home = await other.after();
    await home.vault.protect(phrase("p"));
    await home.after();
    await work.vault.remove(listed);
    const names = (await indexedDB.databases()).map(({ name = "" }) => name);
    expect(names.filter((name) => name.startsWith(listed.database))).toEqual([]);
  });

  it("begin anew where a crash has cut off their deletion, and can be locked then", async () => {
    const tab = await browser.tab();
    const { record } = await tab.vault.opened;
    await written(await tab.opened());
    await tab.registry.put({ ...record, deleted: true, doomed: [record.database, record.documents] });
    tab.vault.again();
    const next = await tab.after();
    expect(await (await next.opened()).conversations.get("a")).toBeNull();
    await written(await next.opened());
    await next.vault.protect(phrase("p"));
    const locked = await next.after();
    await vi.waitUntil(() => locked.vault.state.value.kind === "locked");
    expect(await locked.vault.unlock(phrase("p"))).toBe(true);
    await checkWritten(await locked.opened());
  });

  it("lie side by side and cannot see each other, until one is deleted", async () => {
    const first = await browser.tab();
    await written(await first.opened());
    await first.vault.create("Work");
    const work = await first.after();
    expect(work.vault.profiles.value.map(({ name }) => name).sort()).toEqual(["", "Work"]);
    expect((await (await work.opened()).conversations.page({ kind: "all" }, { limit: 9 })).records).toEqual([]);
    const { record } = await work.vault.opened;
    await work.vault.rename(record, "Study");
    // A reload shows the same profile.
    work.vault.again();
    const reloaded = await work.after();
    expect(reloaded.vault.current?.record.name).toBe("Study");
    const home = reloaded.vault.profiles.value.find(({ name }) => name === "");
    if (home === undefined) throw new Error("the first profile is not listed");
    await reloaded.vault.switchTo(home);
    const back = await reloaded.after();
    await checkWritten(await back.opened());
    const study = back.vault.profiles.value.find(({ name }) => name === "Study");
    if (study === undefined) throw new Error("the second profile is not listed");
    await back.vault.remove(study);
    expect(back.vault.profiles.value).toHaveLength(1);
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(study.database);
    await back.vault.removeAll();
    const empty = await back.after();
    expect(await (await empty.opened()).conversations.get("a")).toBeNull();
    expect(await lying(browser)).not.toContain("eedle");
  });
});
