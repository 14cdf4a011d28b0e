import { effect } from "@preact/signals";
import { expect, it } from "vitest";
import { Announcement } from "./announcement";

it("says the same sentence twice where it is announced twice", () => {
  const announcement = new Announcement();
  const said: string[] = [];
  const stop = effect(() => {
    if (announcement.count > 0) said.push(announcement.value);
  });
  announcement.value = "Copied";
  announcement.value = "Copied";
  stop();
  expect(said).toEqual(["Copied", "Copied"]);
});
