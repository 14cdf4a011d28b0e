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
  const watch = watchFetch(scope, (url) => {
    came.push(url);
    return undefined;
  });
  expect(await scope.fetch("https://a.example/x.zip")).toBe(response);
  watch.end();
  expect(came).toEqual(["https://a.example/x.zip"]);
});

it("counts the bytes of a file where somebody wants to know them", async () => {
  const headers = { "Content-Type": "application/wasm" };
  const scope = scopeWith(() => new Response("12345", { headers }));
  let counted = 0;
  watchFetch(scope, () => (bytes) => (counted += bytes));
  const response = await scope.fetch("https://a.example/x.wasm");
  expect(response.headers.get("Content-Type")).toBe("application/wasm");
  expect(await response.text()).toBe("12345");
  expect(counted).toBe(5);
});

it("fails at a file that ends half-way", async () => {
  const half = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(3));
    },
    pull(controller) {
      controller.error(new TypeError("network error"));
    },
  });
  const scope = scopeWith(() => new Response(half));
  const watch = watchFetch(scope, () => () => undefined);
  const response = await scope.fetch("https://a.example/pyodide.asm.wasm");
  await expect(response.arrayBuffer()).rejects.toThrow("network error");
  await expect(watch.failure).rejects.toThrow(/pyodide\.asm\.wasm.*network error/);
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
