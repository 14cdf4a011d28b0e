import "fake-indexeddb/auto";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { newSecret, profileKeys } from "../../../sealing/keys";
import { SealedCodec } from "../../../sealing/sealed-codec";
import type { Change } from "../../database/changes";
import type { AppDatabase } from "../../database/database";
import { IndexedRows } from "../../database/indexed-rows";
import { storedDatabase } from "../../database/stored-database";
import { turnRecordOf } from "../../conversations/shape";
import { note } from "../../metrics/store";
import { SERVER_KEY } from "../../settings/store";
import type { Turn } from "../../stores/turn";
import { conversationRecord } from "../../testing/records";
import { opened, sealed } from "./envelope";
import { canonical, digestOf, ExportTooLarge, FORMAT, ImportRefused, SECTIONS, VERSION } from "./format";
import { importRecords, type Summary } from "./import";
import { readExport } from "./read";
import { exportOf } from "./write";

const VERSION_1 = readFileSync(new URL("./fixtures/export-v1.jsonl", import.meta.url), "utf8");

class Notes {
  text: string | null = null;
  get(): Promise<string | null> {
    return Promise.resolve(this.text);
  }
  replace(_key: string, expected: string | null, text: string): Promise<boolean> {
    if (this.text !== expected) return Promise.resolve(false);
    this.text = text;
    return Promise.resolve(true);
  }
}

/** A profile: sealed or as it is. */
class Profile {
  static count = 0;
  readonly documents = new Notes();
  readonly told: Change[] = [];
  readonly tell = (change: Change): void => void this.told.push(change);

  constructor(readonly database: AppDatabase) {}

  static async make(kind: "plain" | "sealed" = "plain"): Promise<Profile> {
    const rows = new IndexedRows(`transfer-${String((Profile.count += 1))}`);
    const codec = kind === "sealed" ? { codec: new SealedCodec(await profileKeys(newSecret())) } : {};
    const profile = new Profile(storedDatabase(rows, codec));
    profiles.push(profile);
    return profile;
  }

  export(sections: readonly (typeof SECTIONS)[number][] = SECTIONS): Promise<string> {
    return exportOf(this, sections);
  }

  async import(text: string): Promise<Summary> {
    return importRecords(await readExport(text), this);
  }
}

const profiles: Profile[] = [];
afterEach(() => {
  for (const { database } of profiles.splice(0)) database.close();
});

const turnOf = (id: string, changes: Partial<Turn> = {}): Turn => ({
  kind: "turn",
  id,
  parent: null,
  question: "Which tin holds the tea?",
  attachments: [],
  askedAt: 1000,
  endedAt: 2000,
  state: { kind: "done" },
  parts: [{ kind: "text", key: "0", text: "The blue one.", open: false }],
  figures: null,
  messages: [{ role: "user", content: "Which tin holds the tea?" }],
  ...changes,
});

async function fill({ database, documents }: Profile): Promise<void> {
  const image = { kind: "image" as const, id: "i", name: "tin.png", media_type: "image/png", data: "" };
  const turns = [
    turnOf("t1", { attachments: [image] }),
    turnOf("t2", {
      parent: "t1",
      askedAt: 3000,
      endedAt: 3500,
      state: { kind: "failed", error: { code: "timeout", message: "Too late." } },
      parts: [{ kind: "tool", key: "1", callId: "c", name: "notes", arguments: "{}", result: "ok", state: "done" }],
    }),
    turnOf("t3", { parent: "t1", askedAt: 4000, endedAt: null, state: { kind: "waiting" }, parts: [], messages: null }),
  ];
  const frame = { notices: [{ kind: "notice", id: "n", after: "t1", what: { type: "python_restarted" } }], instruction: "Be kind." };
  const conversation = conversationRecord("a", { title: "Tea", named: true, folder: "Kitchen", tags: ["tea", "tin"], leaf: "t2", details: { frame } });
  await database.conversations.save({ conversation, turns: turns.map((turn) => turnRecordOf(turn, "a", 0)) });
  await database.blobs.put("t1/i", "a", new Blob([Uint8Array.of(137, 80, 78, 71)], { type: "image/png" }));
  await database.drafts.set({ conversation: "a", changedAt: 5, text: "And", details: {} });
  await database.conversations.save({ conversation: conversationRecord("gone", { deletedAt: 5 }), turns: [] });
  await database.templates.set("p", { name: "Short", text: "In one sentence: " });
  const tool = { name: "reverse", description: "Turns round.", parameters: { type: "object" }, source: "def run():\n    pass\n" };
  await database.tools.set("reverse", tool);
  await database.settings.set("answers", { temperature: 0.2, mode: "hybrid", privacy: "allow_remote" });
  await database.settings.set(SERVER_KEY, "sk-secret");
  await database.settings.set("server", { base_url: "https://models.example" });
  await database.settings.set("tools", { fetch: { on: true, permission: "allow" } });
  await database.settings.set("tools.sites", ["https://site.example"]);
  await database.batches.set("b", { prompts: ["Tea?"] });
  for (const id of ["x", "y"]) {
    await note(database, {
      id,
      at: id === "x" ? 1_000 : 2_000,
      kind: "answer",
      model: "demo",
      mode: "client_side",
      engine: "wllama",
      outcome: "done",
      priority: "chat",
      code: null,
      measured: { completion_tokens: 7 },
    });
  }
  documents.text = JSON.stringify({ next: 2, notes: [{ id: 1, text: "Buy tea" }] });
}

/** A file of the newest version with these lines, right in every other way. */
async function fileOf(records: readonly unknown[], header: object = {}): Promise<string> {
  const lines = [{ format: FORMAT, version: VERSION, sections: SECTIONS, ...header }, ...records];
  const text = `${lines.map((line) => (typeof line === "string" ? line : canonical(line))).join("\n")}\n`;
  return `${text}${canonical({ kind: "end", records: records.length, sha256: await digestOf(text) })}\n`;
}

const problemOf = async (reading: Promise<unknown>): Promise<string> => {
  const raw: unknown = await reading.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(raw instanceof ImportRefused)) throw new Error(`not refused: ${String(raw)}`);
  return "why" in raw.problem ? `${raw.problem.code}: ${raw.problem.why}` : raw.problem.code;
};

const conversationLine = (changes: object = {}): object => ({
  ...Object.fromEntries(
    Object.entries(conversationRecord("c")).filter(([key]) => !["running", "deletedAt"].includes(key)),
  ),
  kind: "conversation",
  revision: 1,
  ...changes,
});

describe("an export", () => {
  it.each(["plain", "sealed"] as const)("taken over by a clean profile that lies %s is byte for byte the same again", async (kind) => {
    const [from, to] = [await Profile.make("sealed"), await Profile.make(kind)];
    await fill(from);
    const text = await from.export();
    const summary = await to.import(text);
    expect(summary.conversations).toEqual({ added: 1, replaced: 0, kept: 0 });
    expect(summary.figures).toEqual({ added: 2, replaced: 0, kept: 0 });
    expect(await to.export()).toBe(text);
    // And everything is where it was.
    const mine = await from.database.conversations.get("a");
    expect(await to.database.conversations.get("a")).toEqual(mine);
    expect((await to.database.conversations.search("blue", { limit: 9 })).hits).toHaveLength(1);
    expect(await to.database.blobs.get("t1/i").then((blob) => blob?.type)).toBe("image/png");
    expect((await to.database.drafts.get("a"))?.text).toBe("And");
    expect(await to.database.inferences.sums("day", 0)).toEqual(await from.database.inferences.sums("day", 0));
    expect(to.told).toContainEqual({ kind: "conversation", id: "a" });
    expect((await to.database.turns.of("a")).map(({ turn }) => (turn as Turn).state.kind)).toEqual(["done", "failed", "stopped"]);
  });

  it("is refused where it would be more than an import takes, and written where it is just less", async () => {
    const profile = await Profile.make();
    await fill(profile);
    const { length } = new TextEncoder().encode(await exportOf(profile, SECTIONS));
    await expect(exportOf(profile, SECTIONS, length)).rejects.toBeInstanceOf(ExportTooLarge);
    await expect(exportOf(profile, SECTIONS, length + 4096)).resolves.toHaveLength((await profile.export()).length);
  });

  it("takes the settings of a conversation with the longest of ids along", async () => {
    const [from, to] = [await Profile.make(), await Profile.make()];
    const id = "c".repeat(200);
    await from.database.conversations.save({ conversation: conversationRecord(id), turns: [] });
    await from.database.settings.set(`answers/${id}`, { temperature: 1 });
    const file = await from.export();
    await to.import(file);
    expect(await to.database.settings.get(`answers/${id}`)).toEqual({ temperature: 1 });
    expect(await to.export()).toBe(file);
  });

  it("holds no secret, and nothing by which a file could make a page trust somebody", async () => {
    const from = await Profile.make();
    await fill(from);
    const text = await from.export();
    for (const word of ["sk-secret", "models.example", "site.example", "allow_remote", "hybrid", '"permission"', "gone"]) {
      expect(text).not.toContain(word);
    }
    // A file that brings them all the same changes nothing.
    const to = await Profile.make();
    const settings = [
      { kind: "setting", id: "server", value: { base_url: "https://evil.example" } },
      { kind: "setting", id: SERVER_KEY, value: "x" },
      { kind: "setting", id: "tools.sites", value: ["https://evil.example"] },
      { kind: "setting", id: "tools", value: { fetch: { on: true, permission: "allow" } } },
      { kind: "setting", id: "answers", value: { mode: "server_side", top_p: 0.5 } },
      { kind: "setting", id: "tools.hooks", value: { redaction: false, logging: true } },
    ];
    await to.import(await fileOf(settings));
    expect(await to.database.settings.all()).toEqual([
      { id: "answers", value: { top_p: 0.5 } },
      { id: "tools", value: { fetch: { on: true } } },
      { id: "tools.hooks", value: { logging: true } },
    ]);
  });

  it("tells of what was taken over even where the notes could not be", async () => {
    const [from, to] = [await Profile.make(), await Profile.make()];
    await fill(from);
    to.documents.replace = () => Promise.reject(new Error("the disk is full"));
    await expect(to.import(await from.export())).rejects.toThrow("the disk is full");
    expect(to.told).toContainEqual({ kind: "conversation", id: "a" });
  });

  it("brings what is asked for alone", async () => {
    const from = await Profile.make();
    await fill(from);
    const to = await Profile.make();
    const summary = await to.import(await from.export(["templates", "notes"]));
    expect(summary).toEqual({ templates: { added: 1, replaced: 0, kept: 0 }, notes: { added: 1, replaced: 0, kept: 0 } });
    expect(await to.database.conversations.get("a")).toBeNull();
  });

  it("keeps the newer version of what is here already", async () => {
    const [from, to] = [await Profile.make(), await Profile.make()];
    await fill(from);
    const text = await from.export();
    await to.import(text);
    const again = await to.import(text);
    expect(again.conversations).toEqual({ added: 0, replaced: 0, kept: 1 });
    expect(again.figures?.kept).toBe(2);
    expect(await to.export()).toBe(text);
    const newer = await from.database.conversations.get("a");
    const mine = await to.database.conversations.get("a");
    if (newer === null || mine === null) throw new Error("it is gone");
    await from.database.conversations.save({ conversation: { ...newer, title: "Newer" }, turns: [] });
    expect((await to.import(await from.export())).conversations?.replaced).toBe(1);
    expect((await to.database.conversations.get("a"))?.title).toBe("Newer");
    expect((await from.import(text)).conversations?.kept).toBe(1);
    expect((await from.database.conversations.get("a"))?.title).toBe("Newer");
    // Notes are joined, and none comes twice.
    to.documents.text = JSON.stringify({ next: 4, notes: [{ id: 3, text: "Mine" }] });
    await to.import(text);
    expect(JSON.parse(to.documents.text)).toEqual({ next: 5, notes: [{ id: 3, text: "Mine" }, { id: 4, text: "Buy tea" }] });
  });

  it("brings a conversation back that waits to be removed", async () => {
    const profile = await Profile.make();
    await fill(profile);
    const text = await profile.export();
    const { database } = profile;
    const held = await database.conversations.get("a");
    if (held === null) throw new Error("it is gone");
    await database.conversations.save({ conversation: { ...held, deletedAt: 9 }, turns: [] });
    expect((await profile.import(text)).conversations).toEqual({ added: 1, replaced: 0, kept: 0 });
    expect((await database.conversations.page({ kind: "all" }, { limit: 9 })).records.map(({ title }) => title)).toEqual(["Tea"]);
    expect(await database.turns.of("a")).toHaveLength(3);
    // A tab that still holds the removed one is told, and writes nothing over it.
    await expect(database.conversations.save({ conversation: { ...held, deletedAt: 9 }, turns: [] })).rejects.toThrow();
  });

  it("is the same for whatever people write", async () => {
    const words = fc.string({ unit: "grapheme" });
    const value = fc.jsonValue({ maxDepth: 3 }).filter((each) => !JSON.stringify(each).includes("__proto__"));
    const written = fc.array(fc.record({ title: words, folder: fc.option(words), question: words, template: words, value }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(written, async (all) => {
        const [from, to] = [await Profile.make("sealed"), await Profile.make()];
        for (const [at, { title, folder, question, template, value: any }] of all.entries()) {
          const id = `c${String(at)}`;
          const conversation = conversationRecord(id, { title, folder });
          await from.database.conversations.save({ conversation, turns: [turnRecordOf(turnOf(`${id}-t`, { question }), id, 0)] });
          await from.database.templates.set(id, { name: title, text: template });
          await from.database.settings.set(`other.${id}`, any);
        }
        const text = await from.export();
        await to.import(text);
        expect(await to.export()).toBe(text);
      }),
      { numRuns: 20 },
    );
  });
});

describe("an export of version 1", () => {
  it("is brought to the newest version", async () => {
    const to = await Profile.make();
    await to.import(VERSION_1);
    expect(await to.database.conversations.get("c1")).toMatchObject({ title: "Tea", revision: 3, folder: "Kitchen" });
    expect((await to.database.turns.of("c1")).map(({ id, revision }) => [id, revision])).toEqual([["t1", 2]]);
    expect((await to.database.conversations.search("blue", { limit: 9 })).hits).toHaveLength(1);
    expect((await to.export()).split("\n", 1)[0]).toContain('"version":2');
  });
});

describe("a file that is refused", () => {
  it("is one that was cut anywhere, or of which a byte is another", async () => {
    const from = await Profile.make();
    await fill(from);
    const text = await from.export();
    const cuts = fc.integer({ min: 0, max: text.length - 1 });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        expect(["not_an_export", "truncated", "damaged"]).toContain((await problemOf(readExport(text.slice(0, at)))).split(":")[0]);
      }),
      { examples: [[0], [5], [text.length - 1]] },
    );
    expect(await problemOf(readExport(text.replace("blue", "blus")))).toBe("damaged");
    expect(await problemOf(readExport(VERSION_1.trimEnd()))).toBe("truncated");
    expect(await problemOf(readExport("hello\n"))).toBe("not_an_export");
    expect(await problemOf(readExport('{"format":"another","version":2}\n'))).toBe("not_an_export");
    expect(await problemOf(readExport(await fileOf([], { version: 3 })))).toBe("newer");
  });

  it("is one that no page has made, and nothing of it is taken over", async () => {
    const to = await Profile.make();
    const good = { kind: "template", id: "good", value: { name: "a", text: "b" } };
    const deep = `${"[".repeat(200)}${"]".repeat(200)}`;
    const hostile: [unknown, RegExp][] = [
      ['{"kind":"setting","id":"x","value":{"__proto__":{"polluted":true}}}', /key that no record may have/],
      [`{"kind":"setting","id":"x","value":${deep}}`, /nested too deeply/],
      [{ kind: "setting", id: 7, value: 1 }, /id is not of a type/],
      [{ kind: "spell", id: "x" }, /kind is unknown/],
      [{ kind: "toString", id: "x" }, /kind is unknown/],
      [[1, 2], /no object/],
      ["{", /no JSON/],
      [conversationLine({ title: ["<script>"] }), /title is not of a type/],
      [conversationLine({ revision: -1 }), /revision/],
      [conversationLine({ revision: 1e300 }), /revision/],
      [conversationLine({ changedAt: 1e300 }), /changedAt/],
      [conversationLine({ details: { frame: { notices: "many", instruction: null } } }), /notices/],
      [conversationLine({ running: true }), /running/],
      [{ kind: "turn", conversation: "elsewhere", id: "t", revision: 1, turn: turnOf("t") }, /conversation is not there/],
      [{ kind: "tool", id: "other", value: { name: "reverse", description: "", parameters: {}, source: "" } }, /none that this page makes/],
      [{ kind: "note", text: '{"notes":7}' }, /none that this page makes/],
      [{ kind: "inference", id: "i", at: 1, model: "m", details: { measured: "fast" } }, /none that this page makes/],
      [good, /twice/],
    ];
    for (const [line, why] of hostile) {
      expect(await problemOf(to.import(await fileOf([good, line])))).toMatch(why);
    }
    const running = turnOf("t", { state: { kind: "running", stopping: false, retry: null } });
    const started = [conversationLine(), { kind: "turn", conversation: "c", id: "t", revision: 1, turn: running }];
    expect(await problemOf(to.import(await fileOf(started)))).toMatch(/state/);
    expect(await to.database.templates.all()).toEqual([]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(to.told).toEqual([]);
  });

  it("lies about how much it holds", async () => {
    const text = await fileOf([]);
    expect(await problemOf(readExport(text.replace('"records":0', '"records":1000000000000')))).toBe("damaged");
  });
});

describe("markup in a file", () => {
  it("is text like any other", async () => {
    const to = await Profile.make();
    const title = '<script>alert(1)</script><img src=x onerror="alert(1)">';
    await to.import(await fileOf([conversationLine({ title })]));
    expect((await to.database.conversations.get("c"))?.title).toBe(title);
  });
});

describe("an export under a passphrase", () => {
  const blobOf = (bytes: Uint8Array<ArrayBuffer>): Blob => new Blob([bytes]);

  it("opens with the passphrase alone, shows nothing, and is refused where it was touched", async () => {
    const bytes = await sealed(VERSION_1, "open sesame", 1_000);
    expect(new TextDecoder().decode(bytes)).not.toContain("Tea");
    expect(await opened(blobOf(bytes), "open sesame")).toBe(VERSION_1);
    expect(await problemOf(opened(blobOf(bytes), null))).toBe("passphrase_needed");
    expect(await problemOf(opened(blobOf(bytes), "open says me"))).toBe("wrong_passphrase");
    expect(await problemOf(opened(blobOf(bytes.slice(0, -1)), "open sesame"))).toBe("wrong_passphrase");
    // Its first line is covered as well: fewer rounds make no weaker file of it.
    const weaker = new TextDecoder("latin1").decode(bytes).replace('"iterations":1000', '"iterations":1001');
    const touched = Uint8Array.from(weaker, (sign) => sign.charCodeAt(0));
    expect(await problemOf(opened(blobOf(touched), "open sesame"))).toBe("wrong_passphrase");
  });

  it("is refused where its first line would keep a page busy for good", async () => {
    const first = (encrypted: object): Blob => new Blob([`${JSON.stringify({ format: FORMAT, version: 2, encrypted })}\nx`]);
    const facts = { kdf: "PBKDF2-SHA-256", iterations: 1_000, salt: "AAAA", cipher: "AES-256-GCM", iv: "AAAA" };
    for (const changed of [{ iterations: 1e12 }, { iterations: -1 }, { iterations: "many" }, { salt: "?" }, { kdf: "none" }, { iv: 7 }]) {
      expect(await problemOf(opened(first({ ...facts, ...changed }), "x"))).toBe("damaged");
    }
    expect(await problemOf(opened({ size: 2 ** 40 } as Blob, "x"))).toBe("too_large");
  });
});

