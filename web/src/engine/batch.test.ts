import { describe, expect, it } from "vitest";
import { batch, itemsOf, prompts, readItems, room } from "../testing/batches";
import { eventually } from "../testing/eventually";
import { ask, DEMO, ramble, readAll, say, textOf } from "../testing/rig";
import type { BatchBody, CompletionBody } from "../protocol/wire";
import { MemoryBatches } from "./batch-store";

describe("a batch", () => {
  it("answers every prompt behind the shared messages, in order, and ends", async () => {
    const bodies: CompletionBody[] = [];
    const { client } = await room(new MemoryBatches(), (prompt, body) => {
      bodies.push(body);
      return say(`about ${prompt}`);
    });
    const shared = [{ role: "system" as const, content: "Be brief." }];
    const events = await readAll(
      batch(client, { job: "j", shared, prompts: prompts(3), body: { max_tokens: 9 } }),
    );
    expect(itemsOf(events).map(({ index, text, reason, error }) => ({ index, text, reason, error }))).toEqual(
      prompts(3).map((prompt, index) => ({ index, text: `about ${prompt}`, reason: "stop", error: null })),
    );
    expect(events.at(-1)).toMatchObject({ type: "batch_finished", job: "j", succeeded: 3, failed: 0 });
    expect(bodies[1]).toEqual({ max_tokens: 9, messages: [...shared, { role: "user", content: "p1" }] });
  });

  it("goes on with the next prompt when one fails, and says which", async () => {
    const { client } = await room(new MemoryBatches(), (prompt) =>
      prompt === "p1"
        ? { deltas: [], end: { error: { code: "context_exceeded", message: "Too long." } } }
        : say("fine"),
    );
    const events = await readAll(batch(client, { job: "j", prompts: prompts(3) }));
    expect(itemsOf(events).map(({ error }) => error?.code ?? null)).toEqual([null, "context_exceeded", null]);
    expect(events.at(-1)).toMatchObject({ type: "batch_finished", succeeded: 2, failed: 1 });
  });

  it("stops where there is no model, and goes on once there is one", async () => {
    const { client, asked } = await room(new MemoryBatches());
    await client.unload();
    const stopped = await readAll(batch(client, { job: "j", prompts: prompts(2) }));
    expect(itemsOf(stopped)).toEqual([]);
    expect(stopped.at(-1)).toMatchObject({
      type: "failure",
      error: { code: "model_not_loaded", details: { job: "j", done: 0, prompts: 2 } },
    });
    await readAll(client.load(DEMO));
    expect(itemsOf(await readAll(batch(client, { job: "j", prompts: prompts(2) })))).toHaveLength(2);
    expect(asked).toEqual(["p0", "p1"]);
  });

  it("is paused by a cancel, says how far it is, and repeats nothing when it goes on", async () => {
    let endless = true;
    // However few messages the answers come in, the batch is not over when it is cancelled.
    const { client, asked } = await room(new MemoryBatches(), (prompt) =>
      endless && prompt === "p8" ? ramble() : say(`about ${prompt}`, 1),
    );
    const stream = batch(client, { job: "j", prompts: prompts(12) });
    const before = await readItems(stream, 4);
    stream.cancel();
    const rest = await readAll(stream);
    const done = before.length + itemsOf(rest).length;
    expect(rest.at(-1)).toMatchObject({
      type: "failure",
      error: { code: "aborted", details: { done, prompts: 12 } },
    });
    asked.splice(0);
    endless = false;
    const again = await readAll(batch(client, { job: "j", prompts: prompts(12) }));
    expect(asked).toEqual(prompts(12).slice(done));
    expect(itemsOf(again).map(({ text }) => text)).toEqual(prompts(12).map((prompt) => `about ${prompt}`));
  });

  it("does not ask again for what whoever asks has kept, and keeps nothing where it is told so", async () => {
    const store = new MemoryBatches();
    const { client, asked, journal } = await room(store);
    const body: BatchBody = { job: "j", prompts: prompts(4), keep: false, done: [0, 2, 2] };
    const events = await readAll(batch(client, body));
    expect(asked).toEqual(["p1", "p3"]);
    expect(itemsOf(events).map(({ index }) => index)).toEqual([1, 3]);
    expect(events.at(-1)).toMatchObject({ type: "batch_finished", succeeded: 2, failed: 0 });
    expect(await store.list()).toEqual([]);
    const told = journal.events.filter(({ name }) => name === "batch_item");
    expect(told.map(({ details }) => [details.done, details.kept])).toEqual([
      [3, false],
      [4, false],
    ]);
    const beyond = await readAll(batch(client, { job: "j", prompts: prompts(2), done: [2] }));
    expect(beyond.at(-1)).toMatchObject({ type: "failure", error: { code: "invalid_request" } });
  });

  it("has the next prompt computed while an answer is kept, and tells of none before", async () => {
    const store = new MemoryBatches();
    const keep = store.keep.bind(store);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    store.keep = async (...given) => {
      await held;
      return keep(...given);
    };
    const { client, asked, journal } = await room(store);
    const stream = batch(client, { job: "j", prompts: prompts(4) });
    await eventually(() => {
      expect(asked).toEqual(["p0", "p1"]);
    });
    expect(journal.events).toEqual([]);
    release();
    expect(itemsOf(await readAll(stream)).map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });

  it("lets a chat in between after the item that runs", async () => {
    const { client, asked } = await room(new MemoryBatches(), (prompt) => say(`about ${prompt}`, 1));
    const stream = batch(client, { job: "j", prompts: prompts(8) });
    await readItems(stream, 2);
    const before = asked.length;
    const answer = textOf(await readAll(client.complete(ask("chat"))));
    expect(answer).toBe("about chat");
    expect(asked.indexOf("chat") - before).toBeLessThanOrEqual(1);
    await readAll(stream);
    expect(asked.filter((prompt) => prompt !== "chat")).toEqual(prompts(8));
  });

  it("is refused with other prompts under the name of a job that is kept", async () => {
    const { client } = await room(new MemoryBatches());
    await readAll(batch(client, { job: "j", prompts: prompts(2) }));
    const [refusal] = await readAll(batch(client, { job: "j", prompts: prompts(3) }));
    expect(refusal).toMatchObject({
      type: "failure",
      error: { code: "invalid_request", details: { job: "j" } },
    });
  });

  it("is refused while the same job runs", async () => {
    const { client } = await room(new MemoryBatches(), () => say("slow answer", 5));
    const stream = batch(client, { job: "j", prompts: prompts(3) });
    await readItems(stream, 1);
    const [refusal] = await readAll(batch(client, { job: "j", prompts: prompts(3) }));
    expect(refusal).toMatchObject({ type: "failure", error: { code: "busy" } });
    await expect(client.query({ type: "forget_batch", job: "j" })).rejects.toMatchObject({ code: "busy" });
    stream.cancel();
    await readAll(stream);
  });

  it("has 100 prompts at most where nothing else is configured", async () => {
    const { client } = await room(new MemoryBatches());
    const [refusal] = await readAll(batch(client, { job: "j", prompts: prompts(101) }));
    expect(refusal).toMatchObject({
      type: "failure",
      error: { code: "invalid_request", details: { limit: 100, prompts: 101 } },
    });
  });

  it("has as many as the engine's options allow", async () => {
    const { client } = await room(new MemoryBatches(), undefined, { limit: 150 });
    const events = await readAll(batch(client, { job: "j", prompts: prompts(150) }));
    expect(events.at(-1)).toMatchObject({ type: "batch_finished", succeeded: 150 });
  });

  it.each([
    ["messages", { messages: [] }],
    ["continue_text", { continue_text: "so far" }],
    ["a field of another type", { temperature: "warm" }],
    ["an unknown field", { heat: 1 }],
  ])("is refused with %s in its body, before anything is kept", async (_name, body) => {
    const { client } = await room(new MemoryBatches());
    const [refusal] = await readAll(batch(client, { job: "j", prompts: ["p"], body }));
    expect(refusal).toMatchObject({ type: "failure", error: { code: "invalid_request" } });
    expect(await client.query({ type: "batches" })).toEqual({ type: "batch_jobs", jobs: [] });
  });

  it("is listed, newest first, and can be forgotten", async () => {
    const { client } = await room(new MemoryBatches());
    await readAll(batch(client, { job: "one", prompts: prompts(2) }));
    expect(await client.query({ type: "batches" })).toMatchObject({
      jobs: [{ job: "one", prompts: 2, done: 2, failed: 0, model: DEMO, finished: true }],
    });
    await client.query({ type: "forget_batch", job: "one" });
    expect(await client.query({ type: "batches" })).toMatchObject({ jobs: [] });
    await expect(client.query({ type: "forget_batch", job: "one" })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  it("leaves figures and no text in the journal", async () => {
    const { client, journal } = await room(new MemoryBatches(), () => say("a secret answer"));
    await readAll(batch(client, { job: "j", prompts: ["a secret prompt"] }));
    expect(journal.events).toMatchObject([
      { name: "batch_item", model: DEMO, details: { index: 0, of: 1, done: 1, failed: 0, kept: true } },
    ]);
    expect(JSON.stringify(journal.events)).not.toContain("secret");
  });
});
