import { describe, expect, it } from "vitest";
import { answerTo, mayHoldCode } from "./kept-code";
import { came, SCOPE } from "./testing/host";

const MODULE = `${SCOPE}assets/a.js`;

describe("a response that came from a host", () => {
  it.each(["assets/a.js", "parts/python-1/a.mjs", "parts/python-1/a.wasm"])(
    "may hold the code of %s",
    (path) => {
      expect(mayHoldCode(came(`${SCOPE}${path}`, "code"), `${SCOPE}${path}`)).toBe(true);
    },
  );

  it.each<[string, Response]>([
    ["whose file is none that is compiled", came(`${SCOPE}a.json`, "{}")],
    ["that was redirected", came(MODULE, "code", { redirected: true })],
    ["that depends on everything", came(MODULE, "code", { headers: { Vary: "Accept, *" } })],
    ["that is a part of a file", came(MODULE, "code", { status: 206 })],
  ])("holds none where it is one %s", (_, response) => {
    expect(mayHoldCode(response, response.url)).toBe(false);
  });

  it("holds none where it came from another URL than the one that was asked", () => {
    expect(mayHoldCode(came(MODULE, "code"), `${MODULE}?v=2`)).toBe(false);
  });
});

describe("an answer out of the cache", () => {
  it.each([MODULE, `${MODULE}#start`])("keeps its URL where %s is asked for", (url) => {
    const stored = came(MODULE, "code");
    expect(answerTo({ url }, stored)).toBe(stored);
  });

  it("loses its URL where another one is asked for, and keeps its content and type", async () => {
    const stored = came(MODULE, "code", { headers: { "Content-Type": "text/javascript" } });
    const answer = answerTo({ url: `${SCOPE}assets/b.js` }, stored);
    expect(answer.url).toBe("");
    expect(answer.headers.get("content-type")).toBe("text/javascript");
    expect(await answer.text()).toBe("code");
  });

  it("is given as it is where it never had a URL", () => {
    const stored = new Response("code");
    expect(answerTo({ url: MODULE }, stored)).toBe(stored);
  });
});
