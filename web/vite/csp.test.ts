import { describe, expect, it } from "vitest";
import { DOCUMENTS, policyOf } from "./csp.ts";
import { frameScript } from "./sandbox-scripts.ts";

describe.each([...DOCUMENTS])("the policy of %s", (document) => {
  const policy = policyOf(document);

  it("allows no inline script, no inline style and no eval", () => {
    expect(policy).not.toContain("'unsafe-inline'");
    expect(policy).not.toContain("'unsafe-eval'");
  });

  it("takes no text for markup or for a script, but what its named policies let through", () => {
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).toMatch(/trusted-types (?:'none'|[a-z])/);
    // One worker needs the policy of that name, below the engine's document.
    expect(/trusted-types [^;]*\bdefault\b/.test(policy)).toBe(document === "engine.html");
  });

  it("denies what it does not name", () => {
    expect(policy).toContain("default-src 'none'");
  });
});

it("lets only the engine's document reach other origins", () => {
  expect(policyOf("index.html")).not.toMatch(/https?:/);
  expect(policyOf("engine.html")).toMatch(/connect-src [^;]*https:\/\/huggingface\.co/);
});

it("lets nothing beneath the sandbox reach anything", () => {
  expect(policyOf("sandbox.html")).toContain("connect-src 'none'");
  expect(policyOf("sandbox.html")).not.toMatch(/https?:/);
});

it("names the scripts of the frames by their hashes, which are those of the files", () => {
  const { script, hash } = frameScript("tool");
  expect(script).toContain("new Worker");
  expect(policyOf("sandbox.html")).toContain(hash);
  expect(policyOf("fetch.html")).toContain(frameScript("fetch").hash);
});

it("has no policy for a document that nobody wrote one for", () => {
  expect(() => policyOf("other.html")).toThrow("other.html");
});
