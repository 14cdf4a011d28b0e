import { expect, it } from "vitest";
import { DEMO_MODEL, readOptions } from "./options";

it("takes device and model from the address, and the demo model by itself", () => {
  expect(readOptions("?device=cpu&model=some-model")).toEqual({ device: "cpu", model: "some-model" });
  expect(readOptions("")).toEqual({ device: "auto", model: DEMO_MODEL });
});

it("takes a device that it does not know as no wish", () => {
  expect(readOptions("?device=abacus").device).toBe("auto");
});
