import { signal } from "@preact/signals";
import { beforeEach, describe, expect, it } from "vitest";
import type { AppDatabase } from "../database/database";
import { MemoryRows } from "../database/memory-rows";
import { storedDatabase } from "../database/stored-database";
import type { Attached } from "../stores/turn";
import { DraftKeeper } from "./drafts";

class Tab {
  readonly draft = signal("");
  readonly attached = signal<readonly Attached[]>([]);
  readonly stored: string[] = [];
  readonly keeper: DraftKeeper;

  constructor(database: AppDatabase) {
    this.keeper = new DraftKeeper({
      database,
      draft: this.draft,
      attached: this.attached,
      now: () => 1,
      onStored: (id) => this.stored.push(id),
      onTrouble: (raw) => {
        throw raw;
      },
    });
  }

  type(text: string): void {
    this.draft.value = text;
    this.keeper.changed(text, this.attached.value);
  }
}

const FILE: Attached = { kind: "text", id: "f", name: "a.txt", text: "inside" };

let database: AppDatabase;
beforeEach(() => {
  database = storedDatabase(new MemoryRows());
});

describe("drafts", () => {
  it("belong to their conversation, with what is attached", async () => {
    const tab = new Tab(database);
    tab.keeper.show("a");
    tab.attached.value = [FILE];
    tab.type("for a");
    tab.keeper.show("b");
    expect(tab.draft.value).toBe("");
    expect(tab.attached.value).toEqual([]);
    tab.type("for b");
    tab.keeper.show("a");
    await expect.poll(() => tab.draft.value).toBe("for a");
    expect(tab.attached.value).toEqual([FILE]);
    tab.keeper.show("b");
    await expect.poll(() => tab.draft.value).toBe("for b");
  });

  it("are there in the next page, once they were typed", async () => {
    const tab = new Tab(database);
    tab.keeper.show("a");
    tab.type("half a");
    tab.type("half a thought");
    await expect.poll(() => tab.stored).toEqual(["a"]);
    const next = new Tab(database);
    next.keeper.show("a");
    await expect.poll(() => next.draft.value).toBe("half a thought");
  });

  it("take along what was typed before the first conversation was there", async () => {
    const tab = new Tab(database);
    tab.draft.value = "early";
    tab.keeper.show("a");
    tab.keeper.changed("early", []);
    await tab.keeper.flush();
    expect((await database.drafts.get("a"))?.text).toBe("early");
    expect(tab.draft.value).toBe("early");
  });

  it("go with the question", async () => {
    const tab = new Tab(database);
    tab.keeper.show("a");
    tab.type("asked");
    await tab.keeper.flush();
    tab.type("");
    await tab.keeper.flush();
    expect(await database.drafts.get("a")).toBeNull();
  });

  it("are not taken from a person who goes on typing while an older one is read", async () => {
    await database.drafts.set({ conversation: "a", changedAt: 1, text: "older", details: {} });
    const tab = new Tab(database);
    tab.keeper.show("a");
    tab.type("newer");
    await tab.keeper.flush();
    expect(tab.draft.value).toBe("newer");
    expect((await database.drafts.get("a"))?.text).toBe("newer");
  });
});
