import { expect, it } from "vitest";
import { DEMO_MODEL, readOptions } from "./options";

it("takes device and model from the address, and the demo model by itself", () => {
  expect(readOptions("?device=cpu&model=some-model")).toMatchObject({ device: "cpu", model: "some-model" });
  expect(readOptions("")).toMatchObject({ device: "auto", model: DEMO_MODEL });
});

it("takes a device that it does not know as no wish", () => {
  expect(readOptions("?device=abacus").device).toBe("auto");
});

it("takes how often the engine is asked whether it lives, within reason", () => {
  expect(readOptions("?pulse=200").pulseMs).toBe(200);
  expect(readOptions("?pulse=1").pulseMs).toBe(50);
  expect(readOptions("?pulse=soon").pulseMs).toBe(5000);
});

it("takes where the engine runs, but for the CPU engine, which needs a tab", () => {
  expect(readOptions("").home).toBe("tab");
  expect(readOptions("?host=service-worker").home).toBe("service-worker");
  expect(readOptions("?host=service-worker&device=cpu").home).toBe("tab");
  expect(readOptions("?host=moon").home).toBe("tab");
});

it("starts Python from its snapshot, unless told not to", () => {
  expect(readOptions("").snapshot).toBe(true);
  expect(readOptions("?snapshot=off").snapshot).toBe(false);
});
