import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { text } from "./text";
import { keepTitle } from "./title";
import type { Places } from "./places";

describe("the title of the page", () => {
  it("names the conversation that is shown, but none of a locked profile", () => {
    const sheet = signal<Places["sheet"]["value"]>(null);
    const plain = signal(false);
    const document = { title: "" };
    const stop = keepTitle(document, { sheet }, () => "My secret", () => plain.value);
    expect(document.title).toBe(text.appName);
    plain.value = true;
    expect(document.title).toContain("My secret");
    plain.value = false;
    expect(document.title).not.toContain("My secret");
    stop();
  });
});
