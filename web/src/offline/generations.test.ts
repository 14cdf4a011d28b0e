import { beforeEach, expect, it } from "vitest";
import { Generations } from "./generations";
import { file, manifestOf, SCOPE } from "./testing/host";
import { MemoryCaches } from "./testing/memory-caches";

let generations: Generations;
const nobody = (): boolean => false;
const SHARED = file("assets/shared.js", "shared");
const version = (build: string) => manifestOf(build, SHARED, file(`assets/${build}.js`, build));
const hash = (build: string): string => file("", build).sha256;

beforeEach(() => {
  let last: Promise<unknown> = Promise.resolve();
  generations = new Generations({
    scope: SCOPE,
    name: "generations",
    caches: new MemoryCaches(),
    exclusively: (change) => {
      const mine = last.then(change);
      last = mine;
      return mine;
    },
  });
});

const builds = async (): Promise<string[]> => (await generations.list()).map(({ build }) => build);

it("keeps the current build and the one before it, newest first", async () => {
  expect(await builds()).toEqual([]);
  for (const build of ["1", "2", "3"]) await generations.advance(version(build), nobody);
  expect(await builds()).toEqual(["3", "2"]);
});

it("keeps an older build for as long as a page of it is open", async () => {
  await generations.advance(version("1"), nobody);
  await generations.advance(version("2"), nobody);
  const needed = await generations.advance(version("3"), (build) => build === "1");
  expect(await builds()).toEqual(["3", "2", "1"]);
  expect(needed.has(hash("1"))).toBe(true);
  await generations.advance(version("4"), nobody);
  expect(await builds()).toEqual(["4", "3"]);
});

it("takes a build that comes back for the current one", async () => {
  for (const build of ["1", "2", "1"]) await generations.advance(version(build), nobody);
  expect(await builds()).toEqual(["1", "2"]);
});

it("needs what any kept build needs, and what is being installed", async () => {
  await generations.advance(version("1"), nobody);
  await generations.begin(version("3"));
  const needed = await generations.advance(version("2"), nobody);
  expect([...needed].sort()).toEqual([SHARED.sha256, hash("1"), hash("2"), hash("3")].sort());
  await generations.advance(version("3"), nobody);
  expect([...(await generations.advance(version("4"), nobody))].sort()).toEqual(
    [SHARED.sha256, hash("3"), hash("4")].sort(),
  );
});

it("finds a path in the newest build that has it", async () => {
  await generations.advance(manifestOf("1", file("engine.html", "old"), file("assets/old.js", "1")), nobody);
  await generations.advance(manifestOf("2", file("engine.html", "new")), nobody);
  expect(await generations.find("engine.html")).toBe(hash("new"));
  expect(await generations.find("assets/old.js")).toBe(hash("1"));
  expect(await generations.find("assets/never.js")).toBeUndefined();
});

it("loses nothing when two workers write at once", async () => {
  await Promise.all([generations.begin(version("3")), generations.advance(version("2"), nobody)]);
  const needed = await generations.advance(version("4"), nobody);
  expect(needed.has(hash("3"))).toBe(true);
  expect(await builds()).toEqual(["4", "2"]);
});

it("lets no build begin while another drops what it does not need", async () => {
  const steps: string[] = [];
  const advancing = generations.advance(version("1"), nobody, async () => {
    steps.push("drops");
    await new Promise((resolve) => setTimeout(resolve, 5));
    steps.push("dropped");
  });
  await Promise.all([advancing, generations.begin(version("2")).then(() => steps.push("begun"))]);
  expect(steps).toEqual(["drops", "dropped", "begun"]);
});
