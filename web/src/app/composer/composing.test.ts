import { describe, expect, it } from "vitest";
import { createState } from "../state";
import { memoryComposing } from "../testing/composing";

const PNG = new File([new Uint8Array([0x89, 0x50])], "cat.png", { type: "image/png" });

describe("an image", () => {
  it("is not attached while no model that sees is loaded", async () => {
    const state = createState("c");
    const composing = memoryComposing(state);
    await composing.attach([PNG]);
    expect([state.attached.value.length, composing.refused.value]).toMatchObject([0, [{ reason: "image_unseen" }]]);
  });

  it("goes to a server, which knows alone whether its model sees", async () => {
    const state = createState("c");
    state.serverAnswers.value = true;
    const composing = memoryComposing(state);
    await composing.attach([PNG]);
    expect(state.attached.value).toMatchObject([{ kind: "image", name: "cat.png" }]);
  });
});
