import { beforeEach, describe, expect, it } from "vitest";
import type { Progress, StoredModel, WireError } from "../../protocol/wire";
import { createState, type AppState } from "../state";
import { reduceEngine } from "../stores/engine";
import { DEMO, LOADED, record } from "../testing/messages";
import { NO_STORE, scriptedModels, settled, verdict, type Outside } from "../testing/room";
import type { Models } from "./models";
import { storedStateOf } from "./state";

let state: AppState;
let models: Models;
let outside: Outside;

beforeEach(() => {
  state = createState("c");
  ({ models, outside } = scriptedModels(state));
  state.catalogue.value = [record(DEMO, { embedded: true, name: "Demo" }), record("big", { name: "Big", quality: 30 })];
  state.engine.value = reduceEngine(state.engine.value, {
    type: "load_event",
    model: DEMO,
    event: { type: "loaded", model: LOADED, load_ms: 1 },
  });
});

const transfer = (model = "big") => state.models.transfers.of(model).value;
const progress = (loaded: number): Progress => ({
  type: "progress",
  stage: "download",
  fraction: loaded / 100,
  loaded_bytes: loaded,
  total_bytes: 100,
  text: "",
});
const stored = (changes: Partial<StoredModel> = {}): StoredModel => ({
  model: "big",
  name: "Big",
  bytes: 100,
  total_bytes: 100,
  files: 3,
  state: "whole",
  devices: ["webgpu"],
  used_at: null,
  ...changes,
});
const keeps = (...kept: StoredModel[]): void => {
  outside.room.store = { ...NO_STORE, models: kept };
};
const BROKEN: WireError = { code: "download_failed", message: "The network broke off." };

describe("a download", () => {
  it("leaves what answers alone, and loads the model behind it when it is here", async () => {
    const done = models.files.download("big", { use: true });
    await settled();
    await outside.room.stream.send(progress(40));
    expect(outside.loads).toEqual([]);
    expect(transfer()).toMatchObject({ kind: "running", progress: { loaded_bytes: 40 } });
    keeps(stored());
    await outside.room.stream.send({ type: "fetched", model: "big", bytes: 100 });
    await done;
    expect(transfer()).toBeNull();
    expect(outside.loads).toEqual([["big", { behind: true }]]);
    expect(outside.said).toEqual(["Big: 25 % have come.", "Big is here."]);
  });

  it("only, loads nothing", async () => {
    const done = models.files.download("big", { use: false });
    await settled();
    await outside.room.stream.send({ type: "fetched", model: "big", bytes: 100 });
    await done;
    expect(outside.loads).toEqual([]);
  });

  it("can be paused and goes on with what it was for", async () => {
    const paused = models.files.download("big", { use: true });
    await settled();
    await outside.room.stream.send(progress(40));
    models.files.pause("big");
    expect(transfer()?.kind).toBe("pausing");
    expect(outside.room.stream.cancelled).toBe(true);
    keeps(stored({ bytes: 44, state: "partial" }));
    await outside.room.stream.send({ type: "failure", error: { code: "aborted", message: "" } });
    await paused;
    // The store knows better than the last progress.
    expect(transfer()).toMatchObject({ kind: "paused", kept: { bytes: 44, total: 100 } });
    const resumed = models.files.resume("big");
    await settled();
    await outside.room.stream.send({ type: "fetched", model: "big", bytes: 100 });
    await resumed;
    expect(outside.room.asked.filter(([command]) => command === "fetch")).toEqual([
      ["fetch", "big", false],
      ["fetch", "big", false],
    ]);
    expect(outside.loads).toEqual([["big", { behind: true }]]);
  });

  it("that breaks off stays on the screen with what is kept", async () => {
    const done = models.files.download("big", { use: true });
    await settled();
    await outside.room.stream.send(progress(60));
    keeps(stored({ bytes: 58, state: "partial" }));
    await outside.room.stream.send({ type: "failure", error: BROKEN });
    await done;
    expect(transfer()).toMatchObject({ kind: "failed", error: BROKEN, kept: { bytes: 58, total: 100 } });
    expect(outside.said.at(-1)).toBe("Big: failed.");
  });

  it("given up is ended, deleted, and never heard of again", async () => {
    void models.files.download("big", { use: true });
    await settled();
    const { stream } = outside.room;
    const gone = models.files.cancel("big");
    expect(stream.cancelled).toBe(true);
    await stream.send(progress(70));
    expect(transfer()).toBeNull();
    // Its files are in use until the engine has let go of them.
    expect(outside.room.asked).not.toContainEqual(["delete_stored", "big"]);
    await stream.send({ type: "failure", error: { code: "aborted", message: "" } });
    await gone;
    expect(outside.room.asked).toContainEqual(["delete_stored", "big"]);
    expect(transfer()).toBeNull();
  });

  it("over a connection that costs goes on with the user's word", async () => {
    const done = models.files.download("big", { use: false });
    await settled();
    await outside.room.stream.send({ type: "failure", error: { code: "consent_required", message: "" } });
    await done;
    expect(transfer()?.kind).toBe("asks");
    void models.files.resume("big", true);
    await settled();
    expect(outside.room.asked.at(-1)).toEqual(["fetch", "big", true]);
  });

  it("runs once, however often it is asked for", async () => {
    void models.files.download("big", { use: true });
    void models.files.download("big", { use: true });
    await settled();
    expect(outside.room.streams).toHaveLength(1);
  });
});

describe("what a device can take", () => {
  it("is asked for what was looked at, once each, four at a time", async () => {
    for (const id of ["a", "b", "c", "d", "e", "a"]) models.seen(id);
    expect(outside.room.asked.map(([, model]) => model)).toEqual(["a", "b", "c", "d"]);
    await settled();
    expect(outside.room.asked.map(([, model]) => model)).toEqual(["a", "b", "c", "d", "e"]);
    expect(state.models.verdicts.of("e").value?.fits).toBe(true);
  });

  it("is asked again when the engine could not say", async () => {
    outside.room.refusal = { code: "internal", message: "No." };
    models.seen("a");
    await settled();
    expect(state.models.verdicts.of("a").value).toBeNull();
    models.seen("a");
    await settled();
    expect(state.models.verdicts.of("a").value?.model).toBe("a");
  });
});

describe("files", () => {
  it("of one model or all are deleted, and what is stored is read again", async () => {
    keeps(stored());
    await models.shelf.refresh();
    const big = record("big");
    expect(storedStateOf(state.models.stored.value, null, big)).toBe("whole");
    await models.files.remove("big");
    expect(storedStateOf(state.models.stored.value, null, big)).toBe("none");
    await models.files.remove(null);
    expect(outside.room.asked).toContainEqual(["delete_stored", null]);
  });

  it("that cannot be deleted say why", async () => {
    outside.room.refusal = { code: "busy", message: "It is being downloaded in another tab." };
    await models.files.remove("big");
    expect(state.models.fault.value?.code).toBe("busy");
    expect(outside.said.at(-1)).toContain("another tab");
  });

  it("of a model are saved under the name that the engine gives", async () => {
    const done = models.files.pack("big");
    await settled();
    const packed = { type: "exported", model: "big", name: "big.zip", bytes: 100, url: "blob:x" } as const;
    await outside.room.stream.send(packed);
    await done;
    expect(outside.saved).toEqual(["big.zip"]);
  });

  it("that are read in or packed can be given up", async () => {
    const importing = models.files.unpack(new Blob(["x"]));
    await settled();
    void models.files.giveUp(null);
    expect(outside.room.stream.cancelled).toBe(true);
    expect(state.models.importing.value).toBeNull();
    await outside.room.stream.send({ type: "failure", error: { code: "aborted", message: "" } });
    await importing;
    void models.files.pack("big");
    await settled();
    void models.files.giveUp("big");
    expect(outside.room.stream.cancelled).toBe(true);
    expect(transfer()).toBeNull();
  });

  it("that are read in show the model they hold", async () => {
    const done = models.files.unpack(new Blob(["x"]));
    await settled();
    expect(state.models.importing.value?.kind).toBe("running");
    await outside.room.stream.send({ type: "fetched", model: "big", bytes: 100 });
    await done;
    expect(state.models.importing.value).toBeNull();
    expect(state.models.opened.value).toBe("big");
  });
});

describe("a model of the user's own", () => {
  it("is added and shown; a refused one says why", async () => {
    expect(await models.own.add({ id: "custom-a", gguf_url: "https://chat.example/a.gguf" })).toBe(true);
    expect(state.models.opened.value).toBe("custom-a");
    outside.room.refusal = { code: "invalid_request", message: "It needs a library." };
    expect(await models.own.add({ id: "custom-b" })).toBe(false);
    expect(state.models.fault.value?.message).toBe("It needs a library.");
  });

  it("from a file is copied into this browser at once", async () => {
    const done = models.own.addFile(new Blob(["x"]), (url) => ({ id: "custom-a", gguf_url: url }));
    await settled();
    expect(outside.room.asked.filter(([command]) => command === "add_model" || command === "fetch")).toEqual([
      ["add_model", { id: "custom-a", gguf_url: "blob:file" }],
      ["fetch", "custom-a", true],
    ]);
    await outside.room.stream.send({ type: "fetched", model: "custom-a", bytes: 1 });
    await done;
  });

  it("from a file can be paused: the file is still there when it goes on", async () => {
    const done = models.own.addFile(new Blob(["x"]), (url) => ({ id: "custom-a", gguf_url: url }));
    await settled();
    models.files.pause("custom-a");
    await outside.room.stream.send({ type: "failure", error: { code: "aborted", message: "" } });
    await done;
    expect(outside.forgotten).toEqual([]);
    const resumed = models.files.resume("custom-a");
    await settled();
    await outside.room.stream.send({ type: "fetched", model: "custom-a", bytes: 1 });
    await resumed;
    expect(transfer("custom-a")).toBeNull();
  });

  it("gets an id of its own beside one of the same name whose files are here", async () => {
    keeps(stored({ model: "custom-a" }));
    await models.shelf.refresh();
    await models.own.add({ id: "custom-a", name: "A", gguf_url: "https://chat.example/other/a.gguf" });
    expect(outside.room.asked).toContainEqual([
      "add_model",
      { id: "custom-a-2", name: "A (2)", gguf_url: "https://chat.example/other/a.gguf" },
    ]);
  });

  it("is forgotten with its files", async () => {
    await models.own.forget("custom-a");
    expect(outside.room.asked.map(([command]) => command)).toEqual(["delete_stored", "remove_model"]);
  });
});

describe("an offer", () => {
  beforeEach(() => {
    outside.room.choices = [verdict("big", { download_bytes: 370 })];
  });

  it("is made once, for what is better than what answers", async () => {
    await models.answers();
    await models.answers();
    expect(state.models.offer.value?.record.id).toBe("big");
    expect(outside.room.asked.filter(([command]) => command === "recommend")).toHaveLength(1);
  });

  it("that was declined does not come back", async () => {
    await models.answers();
    models.offers.decline();
    expect(state.models.offer.value).toBeNull();
    expect(outside.declined).toEqual(new Set(["big"]));
  });

  it("is gone when its model answers", async () => {
    await models.answers();
    state.engine.value = reduceEngine(state.engine.value, {
      type: "load_event",
      model: "big",
      event: { type: "loaded", model: { ...LOADED, id: "big" }, load_ms: 1 },
    });
    await models.answers();
    expect(state.models.offer.value).toBeNull();
  });

  it("is not made for a model that nobody can call better", async () => {
    state.catalogue.value = [record(DEMO, { quality: 90 }), record("big", { quality: 30 })];
    await models.answers();
    expect(state.models.offer.value).toBeNull();
  });
});

describe("the engine", () => {
  it("is reset when asked to, and says what went wrong", async () => {
    await models.confirm({ kind: "reset" });
    expect(outside.room.asked).toEqual([["reset"]]);
    outside.room.refusal = { code: "engine_failed", message: "It did not come back." };
    await models.reset();
    expect(state.models.resetting.value).toBe(false);
    expect(state.models.fault.value?.code).toBe("engine_failed");
  });

  it("gives a report that can be copied and saved", async () => {
    await models.report.make();
    await models.report.copy();
    models.report.save();
    expect(JSON.parse(outside.copied[0] ?? "")).toEqual({ page: { version: "1.2.3" }, engine: { gpu: "none" } });
    expect(outside.saved).toEqual(["webllm-report.json"]);
    expect(state.models.report.value.kind).toBe("copied");
  });

  it("keeps to one model, or climbs its ladder, as it is told", async () => {
    const rungs = [DEMO, "big"].map((model) => ({ model, state: "waiting", reason: null }) as const);
    outside.room.ladderStatus = { ...outside.room.ladderStatus, rungs: [...rungs] };
    await models.ladder.refresh();
    await models.ladder.pin("big");
    expect(state.models.ladder.value?.pinned).toBe("big");
    await models.ladder.stop();
    await models.ladder.start();
    expect(outside.room.asked).toEqual([
      ["set_ladder", [DEMO, "big"], "big"],
      ["set_ladder", [], null],
      ["set_ladder", null, null],
    ]);
  });
});
