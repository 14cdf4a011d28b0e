import { describe, expect, it } from "vitest";
import schema from "../../../protocol/wire.schema.json" with { type: "json" };
import { checkClientMessage } from "./validate";
import { overlaps } from "./version";
import { PROTOCOL } from "./wire";

const complete = {
  type: "complete",
  id: "1",
  epoch: "e",
  body: { messages: [{ role: "user", content: "hello" }] },
  credit: 4,
};

describe("checkClientMessage", () => {
  it("lets a well-formed message through unchanged", () => {
    expect(checkClientMessage(complete)).toEqual({ ok: true, message: complete });
  });

  it("says where a malformed message is wrong", () => {
    const checked = checkClientMessage({
      ...complete,
      body: { messages: [{ role: "wizard", content: "hello" }] },
    });
    expect(checked).toMatchObject({
      ok: false,
      error: { code: "invalid_request", details: { where: "#/body/messages/0/role" } },
    });
  });

  it("refuses a field that the schema does not know, rather than drop it", () => {
    const checked = checkClientMessage({ ...complete, body: { ...complete.body, typo: 1 } });
    expect(checked).toMatchObject({ ok: false, error: { code: "invalid_request" } });
    expect(checked.ok ? "" : checked.error.message).toContain("typo");
  });

  it.each([[null], ["text"], [42], [{}], [{ type: 7 }], [{ type: "destroy", id: "1" }]])(
    "refuses %j, which is no message of a client",
    (received) => {
      expect(checkClientMessage(received)).toMatchObject({ ok: false, error: { code: "invalid_request" } });
    },
  );
});

describe("protocol versions", () => {
  it("are those of the schema", () => {
    expect(PROTOCOL).toEqual(schema["x-protocol"]);
  });

  it("overlap when they share a version, ends included", () => {
    expect(overlaps({ min: 1, max: 2 }, { min: 2, max: 5 })).toBe(true);
    expect(overlaps({ min: 1, max: 2 }, { min: 3, max: 5 })).toBe(false);
  });
});
