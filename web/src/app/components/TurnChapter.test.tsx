// @vitest-environment jsdom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CHAPTER } from "./drawn-groups";
import { TurnChapter, type Heights } from "./TurnChapter";
import { TurnGroup } from "./TurnGroup";

const COUNT = 5 * CHAPTER;
let place: HTMLElement;
let heights: Heights;

/** The second chapter of five, of groups that hold nothing. */
function show(drawn: readonly number[], open = true): Promise<void> {
  const groups = Array.from({ length: CHAPTER }, () => []);
  return act(() => {
    render(
      <TurnChapter
        first={CHAPTER}
        groups={groups}
        count={COUNT}
        choices={new Map()}
        drawn={new Set(drawn)}
        open={open}
        heights={heights}
      />,
      place,
    );
  });
}

/** Every group is as high as its number, for a browser that lays out. */
function layOut(): void {
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockImplementation(function (this: HTMLElement) {
    return new DOMRect(0, 0, 100, Number(this.dataset["turns"] ?? 0) + 0.25);
  });
}

const edges = (): unknown[] =>
  [...place.querySelectorAll(".turns-edge")].map((edge) => [
    edge.getAttribute("data-side"),
    (edge.getAttribute("data-side") === "later" ? edge.nextElementSibling : edge.previousElementSibling)?.getAttribute(
      "data-turns",
    ),
  ]);

beforeEach(() => {
  heights = new Map();
  place = document.createElement("div");
  document.body.append(place);
});

afterEach(() => {
  render(null, place);
  place.remove();
  vi.restoreAllMocks();
});

describe("a chapter of a conversation", () => {
  it("has an element for each of its groups, drawn or not", async () => {
    await show([CHAPTER + 1]);
    const groups = [...place.querySelectorAll("[data-turns]")];
    expect(groups.map((group) => Number(group.getAttribute("data-turns")))).toEqual(
      Array.from({ length: CHAPTER }, (_, group) => CHAPTER + group),
    );
    expect(groups.filter((group) => group.getAttribute("data-drawn") === "true")).toEqual([groups[1]]);
  });

  it("is not looked through again while what is drawn is elsewhere", async () => {
    await show([]);
    const looked = vi.spyOn(TurnGroup.prototype, "shouldComponentUpdate");
    await show([COUNT - 1]);
    await show([COUNT - 1, COUNT - 2]);
    expect(looked).not.toHaveBeenCalled();
    await show([CHAPTER]);
    expect(looked).toHaveBeenCalledTimes(CHAPTER);
  });

  it("is one element while it is closed, as high as its groups were, and gives them that room when it opens", async () => {
    await show([CHAPTER]);
    layOut();
    await show([COUNT - 1], false);
    expect(place.querySelector("[data-turns]")).toBeNull();
    const closed = place.querySelector<HTMLElement>("[data-closed]");
    expect(closed?.dataset["closed"]).toBe("1");
    const all = Array.from({ length: CHAPTER }, (_, group) => CHAPTER + group);
    expect([...heights]).toEqual(all.map((group) => [group, group + 0.25]));
    const sum = all.reduce((one, other) => one + other + 0.25, 0);
    expect(closed?.style.blockSize).toContain(`${String(sum)}px`);

    await show([CHAPTER + 2]);
    expect(place.querySelector("[data-closed]")).toBeNull();
    expect(place.querySelectorAll("[data-turns]")).toHaveLength(CHAPTER);
    expect(place.querySelector<HTMLElement>(".turn-chapter")?.style.blockSize).toBe("");
  });

  it("takes groups that were never laid out for what the page takes them for", async () => {
    await show([COUNT - 1], false);
    expect(place.querySelector<HTMLElement>("[data-closed]")?.style.blockSize).toContain(
      `${String(CHAPTER)} * var(--turns-height)`,
    );
  });

  it("leads to its own groups that are left out, beside those of the next chapter that are drawn", async () => {
    await show([CHAPTER + 3, 2 * CHAPTER]);
    expect(edges()).toEqual([
      ["earlier", String(CHAPTER + 2)],
      ["later", String(CHAPTER + 4)],
      ["earlier", String(2 * CHAPTER - 1)],
    ]);
    await show([CHAPTER - 1]);
    expect(edges()).toEqual([["later", String(CHAPTER)]]);
  });
});
