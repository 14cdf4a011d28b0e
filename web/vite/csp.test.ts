import { describe, expect, it } from "vitest";
import { policyOf } from "./csp.ts";

describe.each(["index.html", "engine.html"])("the policy of %s", (document) => {
  const policy = policyOf(document);

  it("allows no inline script, no inline style and no eval", () => {
    expect(policy).not.toContain("'unsafe-inline'");
    expect(policy).not.toContain("'unsafe-eval'");
  });

  it("denies what it does not name", () => {
    expect(policy).toContain("default-src 'none'");
  });
});

it("lets only the engine's document reach other origins", () => {
  expect(policyOf("index.html")).not.toMatch(/https?:/);
  expect(policyOf("engine.html")).toMatch(/connect-src [^;]*https:\/\/huggingface\.co/);
});

it("has no policy for a document that nobody wrote one for", () => {
  expect(() => policyOf("other.html")).toThrow("other.html");
});
