import { afterEach, beforeEach, expect, it } from "vitest";
import { InterpreterFailed } from "./failure";
import { watchInstantiation } from "./watched-instantiation";

/** The smallest module there is. */
const EMPTY = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const URL_OF_IT = "https://a.example/pyodide.asm.wasm";

interface Scope {
  fetch: typeof fetch;
  WebAssembly: Pick<typeof WebAssembly, "instantiate" | "instantiateStreaming">;
}

let asked: string[];
let streamed: number;
let scope: Scope;

beforeEach(() => {
  asked = [];
  streamed = 0;
  scope = {
    fetch: (input) => {
      asked.push(input instanceof Request ? input.url : input.toString());
      return Promise.resolve(new Response(EMPTY));
    },
    WebAssembly: {
      instantiate: WebAssembly.instantiate.bind(WebAssembly),
      instantiateStreaming: async (source) => {
        streamed += 1;
        return WebAssembly.instantiate(await (await source).arrayBuffer());
      },
    },
  };
});

let before: Scope;
beforeEach(() => {
  before = { ...scope, WebAssembly: { ...scope.WebAssembly } };
});
afterEach(() => {
  // Every watch was ended: everything is as it was.
  expect(scope.fetch).toBe(before.fetch);
  expect(scope.WebAssembly).toEqual(before.WebAssembly);
});

it("leaves an interpreter that comes the ordinary way alone", async () => {
  const watch = watchInstantiation(scope);
  const { instance } = await scope.WebAssembly.instantiateStreaming(scope.fetch(URL_OF_IT), {});
  watch.end();
  expect(instance.exports).toEqual({});
  expect([asked, streamed]).toEqual([[URL_OF_IT], 1]);
});

it("fails where the interpreter does not come to life, which its loader would only log", async () => {
  scope.fetch = () => Promise.resolve(new Response("no WebAssembly"));
  before.fetch = scope.fetch;
  const watch = watchInstantiation(scope);
  const started = scope.WebAssembly.instantiateStreaming(scope.fetch(URL_OF_IT), {});
  await expect(started).rejects.toThrow(WebAssembly.CompileError);
  await expect(watch.failure).rejects.toThrow(InterpreterFailed);
  watch.end();
});

it("gives the interpreter that was compiled ahead, and lets nobody fetch it again", async () => {
  const watch = watchInstantiation(scope, { url: URL_OF_IT, module: WebAssembly.compile(EMPTY) });
  await scope.fetch("https://a.example/python_stdlib.zip");
  const { instance } = await scope.WebAssembly.instantiateStreaming(scope.fetch(URL_OF_IT), {});
  watch.end();
  expect(instance.exports).toEqual({});
  expect([asked, streamed]).toEqual([["https://a.example/python_stdlib.zip"], 0]);
});

it("fails where what was compiled ahead could not be", async () => {
  const module = WebAssembly.compile(new TextEncoder().encode("no WebAssembly"));
  const watch = watchInstantiation(scope, { url: URL_OF_IT, module });
  await expect(scope.WebAssembly.instantiateStreaming(scope.fetch(URL_OF_IT), {})).rejects.toThrow();
  await expect(watch.failure).rejects.toThrow("could not start Python's interpreter");
  watch.end();
});
