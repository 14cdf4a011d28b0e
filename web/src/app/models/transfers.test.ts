import { describe, expect, it } from "vitest";
import type { Progress, StreamEvent, WireError } from "../../protocol/wire";
import { advanced, amountOf, begun, bytesAsked, fractionOf, pausing, quarterReached, type Transfer } from "./transfers";

const progress = (loaded: number, total = 100, stage: Progress["stage"] = "download"): Progress => ({
  type: "progress",
  stage,
  fraction: 0.5,
  loaded_bytes: loaded,
  total_bytes: total,
  text: "",
});
const failure = (code: WireError["code"], details = {}): StreamEvent => ({
  type: "failure",
  error: { code, message: "It broke off.", details },
});
const after = (...events: StreamEvent[]): Transfer | null =>
  events.reduce<Transfer | null>(
    (transfer, event) => (transfer === null ? null : advanced(transfer, event)),
    begun({ what: "download", use: true }),
  );

describe("a transfer", () => {
  it("shows the last progress, and is gone when it has arrived", () => {
    expect(after(progress(10), progress(40))).toMatchObject({ kind: "running", progress: { loaded_bytes: 40 } });
    expect(after(progress(40), { type: "fetched", model: "m", bytes: 100 })).toBeNull();
  });

  it("that breaks off says how much is kept", () => {
    expect(after(progress(40), failure("download_failed"))).toMatchObject({
      kind: "failed",
      error: { code: "download_failed" },
      kept: { bytes: 40, total: 100 },
    });
  });

  it("that was paused, or ended by whoever else, can go on from where it stood", () => {
    const paused = after(progress(40));
    if (paused === null) throw new Error("It is gone.");
    expect(advanced(pausing(paused), failure("aborted"))).toMatchObject({ kind: "paused", kept: { bytes: 40 } });
    expect(after(progress(40), failure("aborted"))).toMatchObject({ kind: "paused", kept: { bytes: 40 } });
  });

  it("over a connection that costs asks first, with the size where it is known", () => {
    const asks = after(failure("consent_required", { download_bytes: 370 }));
    expect(asks).toMatchObject({ kind: "asks" });
    expect(asks?.kind === "asks" ? bytesAsked(asks.error) : null).toBe(370);
    expect(bytesAsked({ code: "consent_required", message: "" })).toBeNull();
  });

  it("knows no amount before the first progress", () => {
    expect(amountOf(begun({ what: "import" }))).toEqual({ bytes: null, total: null });
  });
});

describe("a voice that does not chatter", () => {
  it("speaks at each quarter of a download, once", () => {
    const seen = [10, 24, 26, 40, 51, 80, 100].map((loaded, index, all) =>
      quarterReached(index === 0 ? null : progress(all[index - 1] ?? 0), progress(loaded)),
    );
    expect(seen).toEqual([null, null, 1, null, 2, 3, null]);
  });

  it("says nothing of the other stages", () => {
    expect(quarterReached(progress(0, 100, "verify"), progress(60, 100, "verify"))).toBeNull();
  });
});

it("counts in bytes where they are known, else by the whole", () => {
  expect(fractionOf(progress(25))).toBe(0.25);
  expect(fractionOf({ ...progress(25), total_bytes: null })).toBe(0.5);
});
