import { expect, it } from "vitest";
import type { Found, SearchOptions } from "../database/records";
import { conversationRecord } from "../testing/records";
import { ConversationSearch } from "./search";

interface Asked extends SearchOptions {
  query: string;
  finds: (...titles: string[]) => void;
  fails: () => void;
}

const found = (titles: readonly string[], searching: boolean): Found => ({
  hits: titles.map((title) => ({ conversation: conversationRecord(title, { title }), excerpt: null, turn: null })),
  more: searching,
  searching,
});

/** A search whose database answers when it is told to. */
function searching(): { search: ConversationSearch; asked: Asked[]; troubles: unknown[]; shown: () => unknown[] } {
  const asked: Asked[] = [];
  const troubles: unknown[] = [];
  const conversations = {
    search: (query: string, options: SearchOptions) =>
      new Promise<Found>((resolve, reject) => {
        const finds = (...titles: string[]): void => { resolve(found(titles, false)); };
        asked.push({ ...options, query, finds, fails: () => { reject(new Error("closed")); } });
      }),
  };
  const search = new ConversationSearch(conversations, (raw) => troubles.push(raw));
  const shown = (): unknown[] => {
    const { value } = search.state.found;
    return value === null ? [] : [value.query, value.searching, ...value.hits.map(({ conversation }) => conversation.title)];
  };
  return { search, asked, troubles, shown };
}

it("what comes late for words that were typed before is not shown", async () => {
  const { search, asked, shown } = searching();
  search.type("te");
  await expect.poll(() => asked.length).toBe(1);
  void asked[0]?.onFirst?.(found(["Ten"], true));
  search.type("tea");
  await expect.poll(() => asked.length).toBe(2);
  expect(asked[0]?.signal?.aborted).toBe(true);
  asked[1]?.finds();
  await expect.poll(shown).toEqual(["tea", false]);
  asked[0]?.finds("Ten", "Tea");
  await Promise.resolve();
  expect(shown()).toEqual(["tea", false]);
});

it("reads the first hits while typing may go on, shows them once it pauses, and then has the others read", async () => {
  const { search, asked, shown } = searching();
  search.type("tea");
  expect(asked).toHaveLength(1);
  const read: string[] = [];
  const goesOn = asked[0]?.onFirst?.(found(["Tea"], true)).then(() => read.push("goes on"));
  await Promise.resolve();
  expect([shown(), read]).toEqual([[], []]);
  await goesOn;
  expect([shown(), read]).toEqual([["tea", true, "Tea"], ["goes on"]]);
  // Whoever types on wants nothing of it: it has not to wait for a pause.
  search.type("teap");
  void asked[1]?.onFirst?.(found(["Teapot"], true)).then(() => read.push("ends"));
  search.type("");
  await expect.poll(() => read).toEqual(["goes on", "ends"]);
  expect(shown()).toEqual([]);
});

it("keeps saying of which words nothing was found until it knows more of others", async () => {
  const { search, asked, shown } = searching();
  search.type("xyz");
  await expect.poll(() => asked.length).toBe(1);
  asked[0]?.finds();
  await expect.poll(shown).toEqual(["xyz", false]);
  search.type("tea");
  expect(shown()).toEqual(["xyz", false]);
  await expect.poll(() => asked.length).toBe(2);
  asked[1]?.finds("Tea");
  await expect.poll(shown).toEqual(["tea", false, "Tea"]);
});

it("ends, however much is written meanwhile, and then looks once more", async () => {
  const { search, asked, shown } = searching();
  search.type("tea");
  await expect.poll(() => asked.length).toBe(1);
  void asked[0]?.onFirst?.(found(["Tea"], true));
  for (let write = 0; write < 5; write += 1) search.again();
  expect(asked).toHaveLength(1);
  asked[0]?.finds("Tea", "Teapot");
  await expect.poll(shown).toEqual(["tea", false, "Tea", "Teapot"]);
  expect(asked).toHaveLength(2);
  await asked[1]?.onFirst?.(found(["Teapot"], true));
  expect(shown()).toEqual(["tea", false, "Tea", "Teapot"]);
  asked[1]?.finds("Teapot");
  await expect.poll(shown).toEqual(["tea", false, "Teapot"]);
  search.again();
  await expect.poll(() => asked.length).toBe(3);
});

it("that fails says that it is over, unless another one has begun", async () => {
  const { search, asked, shown, troubles } = searching();
  search.type("te");
  await expect.poll(() => asked.length).toBe(1);
  search.type("tea");
  await expect.poll(() => asked.length).toBe(2);
  await asked[1]?.onFirst?.(found(["Tea"], true));
  asked[0]?.fails();
  await expect.poll(() => troubles.length).toBe(1);
  expect(shown()).toEqual(["tea", true, "Tea"]);
  asked[1]?.fails();
  await expect.poll(() => troubles.length).toBe(2);
  expect(shown()).toEqual(["tea", false, "Tea"]);
});
