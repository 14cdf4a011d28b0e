// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keepFocus } from "./focus";

let end: () => void;
const button = (name: string): HTMLButtonElement => {
  const element = document.createElement("button");
  element.id = name;
  document.body.append(element);
  return element;
};
const microtasks = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  const next = button("next");
  end = keepFocus(document.body, () => next);
});

afterEach(() => {
  end();
  document.body.replaceChildren();
});

describe("the focus", () => {
  it("goes on where what had it is removed", async () => {
    const gone = button("gone");
    gone.focus();
    gone.remove();
    await microtasks();
    expect(document.activeElement?.id).toBe("next");
  });

  it("stays where somebody has put it meanwhile", async () => {
    const gone = button("gone");
    const other = button("other");
    gone.focus();
    gone.remove();
    other.focus();
    await microtasks();
    expect(document.activeElement).toBe(other);
  });

  it("is not given to anything when it was left by choice", async () => {
    const left = button("left");
    left.focus();
    left.blur();
    await microtasks();
    left.remove();
    await microtasks();
    expect(document.activeElement).toBe(document.body);
  });
});
