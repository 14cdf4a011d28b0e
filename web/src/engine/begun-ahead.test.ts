import { beforeEach, expect, it } from "vitest";
import { BegunAhead } from "./begun-ahead";

interface Fetched {
  come: (file: string) => void;
  fail: (error: Error) => void;
}

let fetched: Fetched[];
let file: BegunAhead<string>;
const { signal } = new AbortController();

beforeEach(() => {
  fetched = [];
  file = new BegunAhead(
    () =>
      new Promise((come, fail) => {
        fetched.push({ come, fail });
      }),
  );
});

it("is fetched once, however often it is begun, and handed over once", async () => {
  file.begin();
  file.begin();
  const first = file.take(signal);
  fetched[0]?.come("one");
  expect(await first).toBe("one");
  const second = file.take(signal);
  fetched[1]?.come("two");
  expect(await second).toBe("two");
  expect(fetched).toHaveLength(2);
});

it("is fetched once more where it did not come", async () => {
  file.begin();
  fetched[0]?.fail(new Error("no network yet"));
  const taken = file.take(signal);
  await expect.poll(() => fetched).toHaveLength(2);
  fetched[1]?.come("here");
  expect(await taken).toBe("here");
});

it("is not waited for any longer once its load is cancelled, though it may never come", async () => {
  const life = new AbortController();
  file.begin();
  const taken = file.take(life.signal);
  life.abort();
  await expect(taken).rejects.toMatchObject({ error: { code: "aborted" } });
});
