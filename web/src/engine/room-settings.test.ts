import { describe, expect, it } from "vitest";
import { roomQuery, roomSettings } from "./room-settings";

describe("the settings of an address", () => {
  it("are seconds, and none where nothing sensible is named", () => {
    expect(roomSettings("?unload=600")).toEqual({ idleUnloadMs: 600_000 });
    expect(roomSettings("?unload=0")).toEqual({ idleUnloadMs: 0 });
    expect(roomSettings("?heartbeat=8")).toEqual({
      heartbeat: { intervalMs: 2000, startMs: 8000, loadMs: 8000, prefillMs: 8000, decodeMs: 8000 },
    });
    expect(roomSettings("?unload=&heartbeat=0&unload=soon")).toEqual({});
    expect(roomSettings("?unload=-1")).toEqual({});
  });

  it("are handed on alone from the address of a page", () => {
    expect(roomQuery("?device=cpu&unload=5&heartbeat=30")).toBe("?heartbeat=30&unload=5");
    expect(roomQuery("?device=cpu")).toBe("");
  });
});
