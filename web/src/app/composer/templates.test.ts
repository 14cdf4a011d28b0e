import { describe, expect, it } from "vitest";
import { MemoryRows } from "../database/memory-rows";
import { storedDatabase } from "../database/stored-database";
import { Templates } from "./templates";

describe("templates", () => {
  const { templates: store } = storedDatabase(new MemoryRows());
  let ids = 0;
  const opened = (): Templates => new Templates(Promise.resolve(store), () => `t${String((ids += 1))}`);

  it("are kept under their first line, renamed and deleted, for whoever opens them next", async () => {
    const templates = opened();
    await templates.save("  Summarize this:\n- in one line");
    const [saved] = templates.all.value;
    expect(saved).toMatchObject({ name: "Summarize this:", text: "Summarize this:\n- in one line" });
    await templates.rename(saved?.id ?? "", "Summary");
    const later = opened();
    await later.read();
    expect(later.all.value.map(({ name }) => name)).toEqual(["Summary"]);
    await later.remove(saved?.id ?? "");
    await templates.read();
    expect(templates.all.value).toEqual([]);
  });

  it("come back as they were, while their deletion was not accepted", async () => {
    const templates = opened();
    await templates.save("Once more", "Again");
    const [saved] = templates.all.value;
    await templates.remove(saved?.id ?? "");
    expect(templates.removed.value).toEqual(saved);
    await templates.undoRemoval();
    const later = opened();
    await later.read();
    expect(later.all.value).toEqual([saved]);
    await templates.remove(saved?.id ?? "");
    templates.acceptRemoval();
    await templates.undoRemoval();
    await later.read();
    expect(later.all.value).toEqual([]);
  });

  it("leave out what is stored and is none", async () => {
    await store.set("broken", { name: 7 });
    const templates = opened();
    await templates.read();
    expect(templates.all.value).toEqual([]);
  });
});
