import { afterEach, describe, expect, it, vi } from "vitest";
import { trustedScripts } from "./trusted-script";

const right = (address: string): boolean => address.endsWith("/sw.js");

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("an address of a script", () => {
  it("is let through as it is where the browser knows no Trusted Types", () => {
    expect(trustedScripts("scripts", right)("https://a.test/sw.js")).toBe("https://a.test/sw.js");
  });

  it("is refused where it is none of those that the policy is for", () => {
    expect(() => trustedScripts("scripts", right)("https://a.test/other.js")).toThrow(
      "scripts starts no script",
    );
  });

  it("comes out of the policy of that name where the browser knows them", () => {
    const made: string[] = [];
    vi.stubGlobal("trustedTypes", {
      createPolicy: (name: string, rules: { createScriptURL(address: string): string }) => {
        made.push(name);
        return { createScriptURL: (address: string) => ({ trusted: rules.createScriptURL(address) }) };
      },
    });
    const trust = trustedScripts("scripts", right);
    expect(trust("https://a.test/sw.js")).toEqual({ trusted: "https://a.test/sw.js" });
    expect(() => trust("https://a.test/other.js")).toThrow("scripts starts no script");
    expect(made).toEqual(["scripts"]);
  });
});
