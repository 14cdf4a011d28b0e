import { resolveObjectURL } from "node:buffer";
import { expect, it } from "vitest";
import { PassingAddresses } from "./passing-addresses";

const make = (): string => URL.createObjectURL(new Blob(["script"]));
const isKept = (address: string): boolean => resolveObjectURL(address) !== undefined;

it("keeps an address until what started is there, and no longer", async () => {
  const before = make();
  const address = await new PassingAddresses(URL).during(() => {
    const made = make();
    expect(isKept(made)).toBe(true);
    return Promise.resolve(made);
  });
  const after = make();
  expect([before, address, after].map(isKept)).toEqual([true, false, true]);
  for (const kept of [before, after]) URL.revokeObjectURL(kept);
});

it("lets go as well where nothing could be started", async () => {
  let address = "";
  const failing = new PassingAddresses(URL).during(() => {
    address = make();
    return Promise.reject(new Error("no memory"));
  });
  await expect(failing).rejects.toThrow("no memory");
  expect(isKept(address)).toBe(false);
});

it("waits for the last of those that start at once", async () => {
  const addresses = new PassingAddresses(URL);
  let go = (): void => undefined;
  let slow = "";
  const later = addresses.during(async () => {
    slow = make();
    await new Promise<void>((resolve) => {
      go = resolve;
    });
  });
  const quick = await addresses.during(() => Promise.resolve(make()));
  expect([slow, quick].map(isKept)).toEqual([true, true]);
  go();
  await later;
  expect([slow, quick].map(isKept)).toEqual([false, false]);
});

it("asks nothing of a place that makes no addresses before something starts there", () => {
  expect(() => new PassingAddresses({} as typeof URL)).not.toThrow();
});
