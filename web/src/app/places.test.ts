// @vitest-environment jsdom
import * as fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { addressOf, hashOf, Places, SHEETS, type Address } from "./places";

let places: Places;

/** The browser takes its steps later. */
const stepped = (): Promise<void> =>
  new Promise((resolve) => {
    window.addEventListener(
      "popstate",
      () => {
        resolve();
      },
      { once: true },
    );
  });

const now = (): unknown[] => [location.hash, places.sheet.value, places.conversation.value];

beforeEach(() => {
  history.pushState(null, "", "#/c/one");
  places = new Places(window);
});

it("reads every address that it writes", () => {
  const part = fc.option(fc.string({ minLength: 1 }));
  const address: fc.Arbitrary<Address> = fc.oneof(
    fc.record({ kind: fc.constant("conversation" as const), id: part }),
    fc.record({ kind: fc.constant("sheet" as const), sheet: fc.constantFrom(...SHEETS), section: part }),
  );
  fc.assert(
    fc.property(address, (each) => {
      expect(addressOf(hashOf(each))).toEqual(each);
    }),
  );
});

it("takes an address that says nothing for the conversation that was there last", () => {
  for (const hash of ["", "#", "#composer", "#/nowhere", "#/c/", "#/c/%"]) {
    expect(addressOf(hash)).toEqual({ kind: "conversation", id: null });
  }
});

it("opens a sheet over the conversation, and goes back to it", async () => {
  places.open("settings", "server");
  expect(now()).toEqual(["#/settings/server", "settings", "one"]);
  expect(places.section.value).toBe("server");
  const back = stepped();
  places.close();
  expect(places.sheet.value).toBeNull();
  await back;
  expect(now()).toEqual(["#/c/one", null, "one"]);
});

it("closes a sheet with the back button", async () => {
  places.open("help");
  const back = stepped();
  history.back();
  await back;
  expect(now()).toEqual(["#/c/one", null, "one"]);
});

it("takes one step back from the second sheet, too", async () => {
  places.open("help");
  places.open("models");
  const back = stepped();
  places.close();
  await back;
  expect(now()).toEqual(["#/c/one", null, "one"]);
});

it("opens a sheet at once after another was closed", async () => {
  places.open("help");
  const back = stepped();
  places.close();
  places.open("tools");
  await back;
  expect(now()).toEqual(["#/tools", "tools", "one"]);
});

it("closes a sheet that a link from elsewhere has opened, without leaving the page", () => {
  history.replaceState(null, "", "#/help");
  places = new Places(window);
  expect(now()).toEqual(["#/help", "help", null]);
  places.show("two", "replace");
  expect(now()).toEqual(["#/help", "help", "two"]);
  places.close();
  expect(now()).toEqual(["#/c/two", null, "two"]);
});

it("remembers conversations, so that back leads to the one before", async () => {
  places.show("two");
  expect(now()).toEqual(["#/c/two", null, "two"]);
  const back = stepped();
  history.back();
  await back;
  expect(now()).toEqual(["#/c/one", null, "one"]);
});
