import { describe, expect, it } from "vitest";
import { attach, type Attempt, type Room } from "./attaching";

const ROOM: Room = { contextTokens: 1000, images: false, model: "Demo" };
const SEES: Room = { ...ROOM, images: true };
const text = (content: BlobPart, name = "a.txt"): File => new File([content], name);
const png = new File([new Uint8Array([0x89, 0x50])], "cat.png", { type: "image/png" });

function tried(files: File[], room = ROOM): Promise<Attempt> {
  let ids = 0;
  return attach(files, [], room, () => String((ids += 1)));
}

describe("a text file", () => {
  it("goes with the message as it is read, whatever its name", async () => {
    const { attached } = await tried([text("one\r\ntwo", "<img src=x>.py")]);
    expect(attached).toEqual([{ kind: "text", id: "1", name: "<img src=x>.py", text: "one\ntwo" }]);
  });

  it("may be of UTF-16 that says so", async () => {
    const { attached } = await tried([text(new Uint8Array([0xff, 0xfe, 0x68, 0, 0x69, 0]))]);
    expect(attached).toMatchObject([{ text: "hi" }]);
  });

  it.each([
    ["binary", text(new Uint8Array([0, 1, 2, 255]))],
    ["binary", text("half\0text")],
    ["empty", text("")],
    ["too_large", text("x".repeat(3200))],
  ])("is refused as %s", async (reason, file) => {
    expect((await tried([file])).refused).toMatchObject([{ reason, name: "a.txt" }]);
  });

  it("finds less room behind another", async () => {
    const { attached, refused } = await tried([text("x".repeat(1600)), text("x".repeat(1600), "b.txt")]);
    expect([attached.length, refused]).toMatchObject([1, [{ reason: "too_large", name: "b.txt", room: 750 }]]);
  });
});

describe("an image", () => {
  it("goes to a model that sees", async () => {
    expect((await tried([png], SEES)).attached).toMatchObject([{ kind: "image", media_type: "image/png", data: "iVA=" }]);
  });

  it("is refused with the name of a model that does not", async () => {
    expect((await tried([png])).refused).toEqual([{ reason: "image_unseen", name: "cat.png", model: "Demo" }]);
  });

  it("of another kind is refused; an SVG is text", async () => {
    const gif = new File(["GIF89a"], "a.gif", { type: "image/gif" });
    const svg = new File(["<svg/>"], "a.svg", { type: "image/svg+xml" });
    const { attached, refused } = await tried([gif, svg], SEES);
    expect([attached, refused]).toMatchObject([[{ kind: "text" }], [{ reason: "image_type" }]]);
  });
});
