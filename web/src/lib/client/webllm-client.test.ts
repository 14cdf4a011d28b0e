import "fake-indexeddb/auto";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import type { Flashcard } from "./flashcards";
import { ResultCache } from "./result-cache";
import { SessionServer } from "./testing/session-server";
import { WebLLMClient } from "./webllm-client";

const CARDS: Flashcard[] = [{ question: "What grows?", answer: "Moss" }];
let databases = 0;
const clients: WebLLMClient[] = [];

function clientOf(server: SessionServer, name = `cards-${String((databases += 1))}`): WebLLMClient {
  const client = new WebLLMClient({
    baseUrl: "https://host/",
    token: "secret",
    cache: { name },
    fetch: server.fetch,
    openSocket: server.open,
  });
  clients.push(client);
  return client;
}

const begun = (server: SessionServer): Promise<string> =>
  vi.waitFor(() => {
    const [id] = server.begun;
    if (id === undefined) throw new Error("Nothing was asked yet.");
    return id;
  });

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

test("cards come through a session, and the server hears that they were received", async () => {
  const server = new SessionServer();
  const asking = clientOf(server).generateFlashcards({ topic: "Moss", count: 1 });
  server.finish(await begun(server), CARDS);
  expect(await asking).toEqual(CARDS);
  await vi.waitFor(() => {
    expect(server.waiting).toEqual([]);
  });
});

test("cards that were made once are not asked for again, but with other settings they are", async () => {
  const server = new SessionServer();
  const client = clientOf(server);
  const asking = client.generateFlashcards({ topic: "Moss", count: 1 });
  server.finish(await begun(server), CARDS);
  await asking;
  expect(await client.generateFlashcards({ topic: "Moss", count: 1 })).toEqual(CARDS);
  expect(server.begun).toHaveLength(1);
  const warmer = client.generateFlashcards({ topic: "Moss", count: 1, temperature: 1 });
  await vi.waitFor(() => {
    expect(server.begun).toHaveLength(2);
  });
  server.finish(server.begun[1] ?? "", CARDS);
  await warmer;
});

test("a broken connection loses no result and begins nothing twice", async () => {
  const server = new SessionServer();
  const asking = clientOf(server).generateFlashcards({ topic: "Moss", count: 1 });
  const id = await begun(server);
  server.break();
  server.finish(id, CARDS);
  expect(await asking).toEqual(CARDS);
  expect(server.begun).toEqual([id]);
  expect(server.requests).toContain("GET /api/webllm/session/1");
});

test("a session that has expired is replaced, and asked the same", async () => {
  const server = new SessionServer();
  const asking = clientOf(server).generateFlashcards({ topic: "Moss", count: 1 });
  const id = await begun(server);
  server.expire();
  server.break();
  expect(await begun(server)).toBe(id);
  expect(server.sessions).toBe(2);
  server.finish(id, CARDS);
  expect(await asking).toEqual(CARDS);
});

test("an error of the model, other cards, and an end of the client are told apart", async () => {
  const server = new SessionServer();
  const client = clientOf(server);
  const failing = client.generateFlashcards({ topic: "Moss", count: 1 });
  server.fail(await begun(server));
  await expect(failing).rejects.toMatchObject({ name: "ApiError", facts: { code: "NO_ENGINE" } });
  const other = client.generateFlashcards({ topic: "Fern", count: 2 });
  await vi.waitFor(() => {
    expect(server.begun).toHaveLength(2);
  });
  server.finish(server.begun[1] ?? "", CARDS);
  await expect(other).rejects.toMatchObject({ facts: { code: "ENGINE_FAILED" } });
  const leaving = new AbortController();
  const left = client.generateFlashcards({ topic: "Oak", count: 1 }, { signal: leaving.signal });
  await vi.waitFor(() => {
    expect(server.begun).toHaveLength(3);
  });
  leaving.abort();
  await expect(left).rejects.toMatchObject({ name: "AbortError" });
  const closing = client.generateFlashcards({ topic: "Elm", count: 1 });
  await vi.waitFor(() => {
    expect(server.begun).toHaveLength(4);
  });
  client.close();
  await expect(closing).rejects.toMatchObject({ name: "AbortError" });
  expect(server.requests).toContain("DELETE /api/webllm/session/1");
});

test("without a token the cards come from a site's own API, which may refuse", async () => {
  const bodies: unknown[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    if (new Request(input).url.endsWith("v1/models"))
      return Promise.resolve(Response.json({ data: [{ id: "demo" }] }));
    bodies.push(JSON.parse(init?.body as string));
    const content = JSON.stringify({ cards: CARDS });
    return Promise.resolve(
      bodies.length === 1
        ? Response.json({ choices: [{ message: { content } }] })
        : Response.json({ detail: "No tab.", code: "NO_ENGINE", hint: "Open one." }, { status: 503 }),
    );
  };
  const client = new WebLLMClient({ baseUrl: "https://host/some/repo/", cache: null, fetch });
  clients.push(client);
  expect(await client.generateFlashcards({ topic: "Moss", count: 1, temperature: 0 })).toEqual(CARDS);
  expect(bodies[0]).toMatchObject({
    model: "demo",
    temperature: 0,
    response_format: { type: "json_schema" },
  });
  await expect(client.generateFlashcards({ topic: "Moss", count: 1 })).rejects.toMatchObject({
    message: "No tab.",
    facts: { status: 503, code: "NO_ENGINE", hint: "Open one." },
  });
});

test("kept results stay below their limit, and what was used least goes first", async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(5), fc.nat(40)), { maxLength: 12 }), async (puts) => {
      let now = 0;
      const cache = new ResultCache({
        name: `limited-${String((runs += 1))}`,
        limit: 60,
        now: () => (now += 1),
      });
      let model: [string, string][] = [];
      for (const [number, size] of puts) {
        const put: [string, string] = [String(number), "x".repeat(size)];
        await cache.put(...put);
        let room = 60;
        model = [put, ...model.filter(([key]) => key !== put[0])].filter(
          ([, value]) => (room -= value.length + 2) >= 0,
        );
      }
      for (let key = 0; key <= 5; key++) {
        expect(await cache.get(String(key))).toBe(new Map(model).get(String(key)));
      }
      cache.close();
    }),
    { numRuns: 30 },
  );
});

test("kept results end with their age", async () => {
  let now = 0;
  const cache = new ResultCache({ name: "aging", maxAgeMs: 100, now: () => now });
  await cache.put("key", 1);
  now = 99;
  expect(await cache.get("key")).toBe(1);
  now = 100;
  expect(await cache.get("key")).toBeUndefined();
  cache.close();
});
