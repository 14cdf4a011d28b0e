import { expect, it } from "vitest";
import { watchFetch } from "./watched-fetch";

function scopeWith(answer: (url: string) => Response | Error): { fetch: typeof fetch } {
  return {
    fetch: (input) => {
      const answered = answer(input instanceof Request ? input.url : input.toString());
      return answered instanceof Error ? Promise.reject(answered) : Promise.resolve(answered);
    },
  };
}

it("tells of every file that comes, and passes it on untouched", async () => {
  const response = new Response("x");
  const scope = scopeWith(() => response);
  const came: string[] = [];
  const watch = watchFetch(scope, (url) => came.push(url));
  expect(await scope.fetch("https://a.example/x.zip")).toBe(response);
  watch.end();
  expect(came).toEqual(["https://a.example/x.zip"]);
});

it("fails at a file that is not there, though the caller does not mind", async () => {
  const scope = scopeWith(() => new Response("gone", { status: 404 }));
  const watch = watchFetch(scope, () => undefined);
  await scope.fetch("https://a.example/wheels/x.whl");
  await expect(watch.failure).rejects.toThrow(/x\.whl.*HTTP 404/);
});

it("fails at a file that the network did not bring, and lets the caller know too", async () => {
  const scope = scopeWith(() => new TypeError("Failed to fetch"));
  const watch = watchFetch(scope, () => undefined);
  await expect(scope.fetch("https://a.example/pyodide.asm.wasm")).rejects.toThrow("Failed to fetch");
  await expect(watch.failure).rejects.toThrow(/pyodide\.asm\.wasm/);
});

it("leaves the scope as it was", () => {
  const scope = scopeWith(() => new Response(""));
  const before = scope.fetch;
  watchFetch(scope, () => undefined).end();
  expect(scope.fetch).toBe(before);
});
