import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { AppDatabase } from "../database/database";
import type { Written } from "../database/changes";
import { MemoryRows } from "../database/memory-rows";
import type { Key } from "../database/keys";
import type { Query, Write } from "../database/rows";
import type { Schema, StoreName } from "../database/schema";
import { storedDatabase } from "../database/stored-database";
import { emptyConversation, reduceConversation, type Conversation } from "../stores/conversation";
import { answered, conversationWith, turnOf } from "../testing/turns";
import { KeptConversation, type Shown } from "./kept";
import { ConversationList } from "./list";

/** A page with one conversation in it. */
class Tab implements Shown {
  conversation: Conversation;
  readonly kept: KeptConversation;
  typed = "";

  constructor(
    database: AppDatabase,
    readonly id = "c",
  ) {
    this.conversation = emptyConversation(id);
    this.kept = new KeptConversation(database, id, 1);
  }

  current(): Conversation {
    return this.conversation;
  }

  draft(): string {
    return this.typed;
  }

  adopt(conversation: Conversation): void {
    this.conversation = conversation;
  }

  async load(): Promise<this> {
    this.conversation = (await this.kept.load()) ?? this.conversation;
    return this;
  }

  ask(turn: string, at = this.conversation.turns.length + 1): void {
    const asked = { ...turnOf(turn, `Question ${turn}`), parent: this.conversation.leaf, askedAt: at };
    this.conversation = { ...this.conversation, turns: [...this.conversation.turns, asked], leaf: turn };
  }

  answer(turn: string): void {
    const turns = this.conversation.turns.map((each) => (each.id === turn ? answered(each, `Answer ${turn}`) : each));
    this.conversation = { ...this.conversation, turns };
  }

  save(): Promise<void> {
    return this.kept.save(this);
  }

  refresh(): Promise<void> {
    return this.kept.refresh(this);
  }
}

let database: AppDatabase;
beforeEach(() => {
  database = storedDatabase(new MemoryRows());
});

it("reads no turn again where no other tab has written one meanwhile", async () => {
  const read: string[] = [];
  class Watched extends MemoryRows {
    override list<S extends StoreName>(store: S, query: Query): Promise<Schema[S][]> {
      read.push(store);
      return super.list(store, query);
    }
  }
  const watched = storedDatabase(new Watched());
  const here = new Tab(watched);
  here.ask("a");
  await here.save();
  await here.kept.catchUp(here);
  expect(read).toEqual([]);
  const there = await new Tab(watched).load();
  there.answer("a");
  await there.save();
  read.length = 0;
  await here.kept.catchUp(here);
  expect(read).toEqual(["turns"]);
  expect(here.conversation.turns).toEqual(there.conversation.turns);
  await watched.conversations.purge("c");
  await here.kept.catchUp(here);
  here.ask("b");
  await here.save();
  expect((await watched.turns.of("c")).map(({ id }) => id)).toEqual(["a", "b"]);
});

it("takes over what another tab has written without reading what was there before", async () => {
  const read: string[] = [];
  class Watched extends MemoryRows {
    override list<S extends StoreName>(store: S, query: Query): Promise<Schema[S][]> {
      read.push(store);
      return super.list(store, query);
    }
  }
  const watched = storedDatabase(new Watched());
  const writes: Written[] = [];
  watched.changes.listen((change) => {
    if (change.kind === "conversation" && change.written !== undefined) writes.push(change.written);
  });
  const writer = new Tab(watched);
  writer.ask("a");
  writer.ask("b");
  await writer.save();
  const reader = await new Tab(watched).load();
  writes.length = read.length = 0;

  writer.answer("b");
  writer.ask("c");
  await writer.save();
  const gone = writer.conversation;
  writer.conversation = { ...gone, turns: gone.turns.slice(0, 2), leaf: "b" };
  await writer.save();
  for (const written of writes) await reader.kept.refresh(reader, written);
  // The first was outrun by the second, so that everything was read, once; what came next was read alone.
  expect(read).toEqual(["turns"]);
  writer.ask("d");
  await writer.save();
  await reader.kept.refresh(reader, writes.at(-1));
  writer.answer("d");
  await writer.save();
  await reader.kept.refresh(reader, writes.at(-1));
  writer.conversation = { ...writer.conversation, turns: writer.conversation.turns.slice(1), leaf: "d" };
  await writer.save();
  await reader.kept.refresh(reader, writes.at(-1));
  expect(read).toEqual(["turns"]);
  expect(reader.conversation.turns).toEqual(writer.conversation.turns);
  expect(reader.conversation.leaf).toBe("d");
});

describe("a kept conversation", () => {
  it("comes back as it was, named by its first question", async () => {
    const tab = new Tab(database);
    tab.conversation = conversationWith("c", [
      answered(turnOf("a", "Why is the sky blue?\nReally."), "Because."),
      turnOf("b", "And red?"),
    ]);
    tab.conversation = { ...tab.conversation, instruction: "Be brief." };
    await tab.save();
    const again = await new Tab(database).load();
    expect(again.conversation).toEqual(tab.conversation);
    expect(again.kept.record.title).toBe("Why is the sky blue?");
    expect(again.kept.record.running).toBe(true);
    expect((await database.conversations.search("because", { limit: 9 })).hits).toHaveLength(1);
  });

  it("keeps images beside the turns, and gives them back", async () => {
    const tab = new Tab(database);
    const image = { kind: "image" as const, id: "i", name: "a.png", media_type: "image/png", data: btoa("pixels") };
    tab.conversation = conversationWith("c", [turnOf("a", "What is this?", { attachments: [image] })]);
    await tab.save();
    const [stored] = await database.turns.of("c");
    expect(JSON.stringify(stored)).not.toContain(image.data);
    expect((await new Tab(database).load()).conversation).toEqual(tab.conversation);
  });

  it("writes nothing twice, and nothing of a conversation that is empty", async () => {
    const tab = new Tab(database);
    await tab.save();
    expect(await database.conversations.get("c")).toBeNull();
    tab.ask("a");
    await tab.save();
    await tab.save();
    expect(tab.kept.record.revision).toBe(1);
  });

  it("stands in the list with a draft alone, and goes with it", async () => {
    const tab = new Tab(database);
    tab.typed = "Half a thought";
    await tab.save();
    expect((await database.conversations.get("c"))?.title).toBe("Half a thought");
    tab.typed = "";
    await tab.save();
    expect(await database.conversations.get("c")).toBeNull();
  });

  it("leaves no line in the list once it was cleared and its page has gone, unless a draft is in it", async () => {
    for (const id of ["c", "d"]) {
      const tab = new Tab(database, id);
      tab.ask("a");
      await tab.save();
      tab.conversation = reduceConversation(tab.conversation, { type: "removed", id: null });
      await tab.save();
      // It can still be taken back there.
      expect(await database.conversations.get(id)).not.toBeNull();
    }
    await database.drafts.set({ conversation: "d", changedAt: 2, text: "And now", details: {} });
    for (const id of ["c", "d"]) await new Tab(database, id).load();
    expect(await database.conversations.get("c")).toBeNull();
    expect(await database.conversations.get("d")).not.toBeNull();
  });

  it("stores its images again where another tab has purged it", async () => {
    const tab = new Tab(database);
    const image = { kind: "image" as const, id: "i", name: "a.png", media_type: "image/png", data: btoa("pixels") };
    tab.conversation = conversationWith("c", [turnOf("a", "What is this?", { attachments: [image] })]);
    await tab.save();
    await database.conversations.purge("c");
    await tab.refresh();
    tab.ask("b");
    await tab.save();
    expect((await new Tab(database).load()).conversation.turns[0]?.attachments).toEqual([image]);
  });

  it("keeps the name and the place that a person gave it", async () => {
    const tab = new Tab(database);
    tab.ask("a");
    await tab.save();
    const stored = { ...tab.kept.record, title: "Mine", named: true, pinned: true, folder: "F", tags: ["t"] };
    await database.conversations.save({ conversation: stored, turns: [] });
    tab.answer("a");
    await tab.save();
    expect(await database.conversations.get("c")).toMatchObject({ title: "Mine", pinned: true, folder: "F", tags: ["t"] });
    expect((await database.turns.of("c"))[0]?.excerpt).toContain("Answer a");
  });

  it("removes what was deleted in one tab from the other, unless that has gone on with it", async () => {
    const one = new Tab(database);
    one.ask("a");
    one.ask("b");
    await one.save();
    const other = await new Tab(database).load();
    one.conversation = { ...one.conversation, turns: one.conversation.turns.slice(0, 1), leaf: "a" };
    await one.save();
    await other.refresh();
    expect(other.conversation.turns.map(({ id }) => id)).toEqual(["a"]);
    expect(other.conversation.leaf).toBe("a");
    one.conversation = { ...one.conversation, turns: [], leaf: null };
    await one.save();
    other.answer("a");
    await other.save();
    await one.refresh();
    expect(one.conversation.turns.map(({ id }) => id)).toEqual(["a"]);
  });

  it("is stored anew by who goes on with it where it was purged", async () => {
    const tab = new Tab(database);
    tab.ask("a");
    await tab.save();
    await database.conversations.purge("c");
    await tab.refresh();
    tab.ask("b");
    await tab.save();
    expect((await database.turns.of("c")).map(({ id }) => id)).toEqual(["a", "b"]);
  });
});

type Step = { tab: 0 | 1; kind: "ask" | "answer" | "save" | "refresh" | "rename" };

const steps = fc.array(
  fc.record<Step>({
    tab: fc.constantFrom(0, 1),
    kind: fc.constantFrom("ask", "answer", "save", "save", "refresh", "rename"),
  }),
  { maxLength: 40 },
);

describe("two tabs with one conversation", () => {
  it("lose nothing, in whatever order they write, and agree in the end", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.scheduler(), async (program, scheduler) => {
        const shared = storedDatabase(new ScheduledRows(scheduler));
        const tabs = [new Tab(shared), new Tab(shared)] as const;
        const [asked, answers] = [new Set<string>(), new Set<string>()];
        // Each tab reads and writes one after the other; the two of them in any order.
        const lines: [Promise<unknown>, Promise<unknown>] = [Promise.resolve(), Promise.resolve()];
        let named: string | null = null;
        for (const [place, { tab: which, kind }] of program.entries()) {
          const tab = tabs[which];
          const id = `${String(which)}-${String(place)}`;
          if (kind === "ask") {
            tab.ask(id, place + 1);
            asked.add(id);
          } else if (kind === "answer") {
            // Its own, as the lock makes it.
            const open = tab.conversation.turns.find((each) => each.id.startsWith(String(which)) && !answers.has(each.id));
            if (open !== undefined) {
              tab.answer(open.id);
              answers.add(open.id);
            }
          } else if (kind === "rename") {
            named = `Name ${id}`;
            const title = named;
            lines[which] = lines[which].then(() => rename(shared, title));
          } else lines[which] = lines[which].then(() => (kind === "save" ? tab.save() : tab.refresh()));
        }
        await scheduler.waitFor(Promise.all(lines));
        await scheduler.waitFor(tabs[0].save().then(() => tabs[1].save()));
        await scheduler.waitFor(Promise.all(tabs.map((tab) => tab.refresh())));
        for (const tab of tabs) {
          expect(new Set(tab.conversation.turns.map(({ id }) => id))).toEqual(asked);
          for (const turn of tab.conversation.turns) {
            expect(turn.state.kind).toBe(answers.has(turn.id) ? "done" : "waiting");
          }
        }
        expect(tabs[0].conversation.turns).toEqual(tabs[1].conversation.turns);
        const record = await scheduler.waitFor(shared.conversations.get("c"));
        expect(record === null).toBe(asked.size === 0 && named === null);
        if (named !== null) expect(record?.title).toMatch(/^Name /);
      }),
      { numRuns: 60 },
    );
  });
});

async function rename(shared: AppDatabase, title: string): Promise<void> {
  const list = new ConversationList({
    database: shared,
    now: () => 1,
    onRemove: () => undefined,
    onBack: () => undefined,
    onTrouble: (raw) => {
      throw raw;
    },
  });
  await list.write("c", (record) => ({ ...record, title, named: true }));
}

/** Rows whose answers come in the order that the test chooses. */
class ScheduledRows extends MemoryRows {
  constructor(private readonly scheduler: fc.Scheduler) {
    super();
  }

  override async get<S extends StoreName>(store: S, key: Key): Promise<Schema[S] | undefined> {
    await this.scheduler.schedule(Promise.resolve());
    return super.get(store, key);
  }

  override async list<S extends StoreName>(store: S, query: Query): Promise<Schema[S][]> {
    await this.scheduler.schedule(Promise.resolve());
    return super.list(store, query);
  }

  override async commit(writes: readonly Write[]): Promise<void> {
    await this.scheduler.schedule(Promise.resolve());
    return super.commit(writes);
  }
}
