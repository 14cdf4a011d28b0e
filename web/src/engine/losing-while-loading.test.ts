import { describe, expect, it } from "vitest";
import type { CompletionBody, EngineState, WireError } from "../protocol/wire";
import { CellRig } from "../testing/cells";
import { ask, textOf } from "../testing/rig";
import { EngineFailure } from "./errors";
import { RoomState } from "./room-state";
import type { Script } from "./scripted";
import type { SeatOptions } from "./seat";

const BROKEN: WireError = { code: "integrity_failed", message: "A file is not what it was." };
const OFFLINE: WireError = { code: "download_failed", message: "The network is gone." };

const hello = (): Script => ({ deltas: ["hello"], end: { reason: "stop" } });

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { interval: 1, timeout: 10_000 }).toBe(true);
}

/** Files that come when the test says so. */
class Files {
  private readonly waiting: { model: string; settle: (error?: WireError) => void }[] = [];
  /** Whose files come at once. */
  readonly here = new Set<string>();

  readonly prepare: NonNullable<SeatOptions["prepare"]> = ({ record: { id: model } }) =>
    this.here.has(model)
      ? Promise.resolve({})
      : new Promise((resolve, reject) => {
          const settle = (error?: WireError): void => {
            if (error === undefined) resolve({});
            else reject(new EngineFailure(error));
          };
          this.waiting.push({ model, settle });
        });

  awaited(model: string): boolean {
    return this.waiting.some((one) => one.model === model);
  }

  come(model: string, error?: WireError): void {
    for (const one of this.waiting.splice(0))
      if (one.model === model) one.settle(error);
      else this.waiting.push(one);
  }
}

/** A room with the big model, whose files are away when it is lost. */
async function rigWithBig(errors?: (model: string) => WireError | null): Promise<[CellRig, Files]> {
  const files = new Files();
  const rig = new CellRig(hello, {
    prepare: files.prepare,
    load: { errors: ({ entry }) => errors?.(entry.record.id) ?? null },
  });
  files.here.add("big");
  await rig.load();
  files.here.clear();
  return [rig, files];
}

const cellsLeft = (rig: CellRig): number => rig.cells.filter(({ ended }) => !ended).length;

describe("a model that is lost while another one loads", () => {
  it("does not come back over the one that took its place", async () => {
    const [rig, files] = await rigWithBig();
    const loaded = rig.load("small");
    await until(() => files.awaited("small"));
    rig.living?.die();
    await until(() => files.awaited("big"));
    files.come("small");
    expect((await loaded).at(-1)).toMatchObject({ type: "loaded", model: { id: "small" } });
    files.come("big");
    const request = rig.ask(ask("hi"));
    expect((await request.all)[0]).toMatchObject({ type: "started", model: "small" });
    expect(rig.host.state).toMatchObject({ type: "ready", model: { id: "small" } });
    expect(cellsLeft(rig)).toBe(1);
  });

  it("comes back where the other one's files do not come, and is shown on its way", async () => {
    const [rig, files] = await rigWithBig();
    const loaded = rig.load("small");
    await until(() => files.awaited("small"));
    rig.living?.die();
    await until(() => files.awaited("big"));
    files.come("small", OFFLINE);
    expect((await loaded).at(-1)).toMatchObject({ type: "failure" });
    expect(rig.host.state).toMatchObject({ type: "loading", model: "big" });
    files.come("big");
    expect(textOf(await rig.ask(ask("hi")).all)).toBe("hello");
  });

  it("comes back where the one that was to take over behind it does not load", async () => {
    const [rig, files] = await rigWithBig((model) => (model === "small" ? BROKEN : null));
    const loaded = rig.load("small", { behind: true });
    await until(() => files.awaited("small"));
    rig.living?.die();
    await until(() => files.awaited("big"));
    files.come("small");
    files.here.add("big");
    files.come("big");
    expect((await loaded).at(-1)).toMatchObject({ type: "failure", error: { code: "integrity_failed" } });
    expect(textOf(await rig.ask(ask("hi")).all)).toBe("hello");
    expect(rig.host.state).toMatchObject({ type: "ready", model: { id: "big" } });
  });
});

it("a room whose model made room for the next one says that it loads", () => {
  const room = new RoomState();
  room.incoming = { model: "big", fraction: 0.5 };
  expect(room.wire).toEqual<EngineState>({ type: "loading", model: "big", fraction: 0.5 });
});

it("a model that is lost as it wakes is brought back as after any loss", async () => {
  let dies = 0;
  const rig = new CellRig(hello, {
    load: { errors: () => (dies-- > 0 ? { code: "device_lost", message: "The GPU was lost." } : null) },
  });
  await rig.load();
  await rig.host.sleep();
  dies = 1;
  expect(textOf(await rig.ask(ask("hi")).all)).toBe("hello");
});

it("an answer whose engine is lost behind its last token ends with the length that was asked for", async () => {
  let asked = 0;
  const script = ({ continue_text: said = "" }: CompletionBody): Script => {
    asked += 1;
    return { deltas: said === "" ? ["one ", "two "] : ["three "], end: { reason: "abort" } };
  };
  const rig = new CellRig(script, { load: { continues: true } });
  await rig.load();
  const request = rig.ask({ ...ask("hi"), max_tokens: 2 });
  await until(() => textOf(request.events) === "one two ");
  rig.living?.die();
  await request.all;
  expect(textOf(request.events)).toBe("one two ");
  expect(request.events.at(-1)).toMatchObject({
    type: "finished",
    reason: "length",
    usage: { completion_tokens: 2 },
  });
  expect(asked).toBe(1);
});
