import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { storageNames } from "./names";
import { Routing, type RoutableRequest } from "./routing";
import { file, manifestOf, SCOPE } from "./testing/host";

const INDEX = file("index.html", "index");
const ENGINE = file("engine.html", "engine");
const WHEEL = file("parts/wheels-1/amplifier_core-2.0.2+pyodide.1-py3-none-any.whl", "wheel", "wheels");
const routing = new Routing(SCOPE, manifestOf("1", INDEX, ENGINE, WHEEL));

function request(url: string, options: Partial<RoutableRequest> = {}): RoutableRequest {
  return {
    url: new URL(url, SCOPE).href,
    method: "GET",
    mode: "no-cors",
    headers: new Headers(),
    ...options,
  };
}
const kindOf = (...args: Parameters<typeof request>): string => routing.routeOf(request(...args)).kind;

describe("answers", () => {
  it.each(["./", "./?device=cpu", "index.html", "./#part"])("a navigation to %s with the page", (url) => {
    expect(routing.routeOf(request(url, { mode: "navigate" }))).toEqual({
      kind: "content",
      sha256: INDEX.sha256,
    });
  });

  it("a known path by its content, however the name is written", () => {
    const written = WHEEL.path.replace("+", "%2B");
    for (const url of [WHEEL.path, written, `${written}?x=1`]) {
      expect(routing.routeOf(request(url))).toEqual({ kind: "content", sha256: WHEEL.sha256 });
    }
  });

  it("an immutable path that it does not know from earlier versions", () => {
    expect(routing.routeOf(request("assets/old-1.js"))).toEqual({ kind: "earlier", path: "assets/old-1.js" });
    expect(kindOf("parts/demo-0/demo.gguf")).toBe("earlier");
  });
});

describe("leaves alone", () => {
  it.each([
    ["other origins", "https://huggingface.co/some/repo/index.html"],
    ["other sites of the origin", "https://example.test/index.html"],
    ["what others use", "wheels/simple/"],
    ["the version", "version.json"],
    ["itself", "sw.js"],
    ["names that are none", "assets/%E0%A4%A"],
  ])("%s", (_, url) => {
    expect(kindOf(url)).toBe("pass");
  });

  it("documents of others below its root", () => {
    expect(kindOf("examples/", { mode: "navigate" })).toBe("pass");
    expect(kindOf("./")).toBe("pass");
  });

  it("what is no plain reading of a whole file", () => {
    expect(kindOf("index.html", { method: "POST" })).toBe("pass");
    expect(kindOf("index.html", { headers: new Headers({ Range: "bytes=0-9" }) })).toBe("pass");
  });
});

it("touches nothing outside of its scope, whatever the address", () => {
  fc.assert(
    fc.property(
      fc.webUrl({ withQueryParameters: true }),
      fc.constantFrom("navigate", "cors"),
      (url, mode) => {
        if (!url.startsWith(SCOPE)) expect(kindOf(url, { mode: mode as RequestMode })).toBe("pass");
      },
    ),
  );
});

it("names nothing that another site or WebLLM names", () => {
  const [outer, inner] = [storageNames("https://a.test/"), storageNames("https://a.test/a/")];
  const all = [outer, inner].flatMap((names) => [names.content, names.generations]);
  expect(new Set(all).size).toBe(4);
  expect(all.every((name) => name.startsWith("webllm-provider:/"))).toBe(true);
});
