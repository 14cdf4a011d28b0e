import { afterEach, expect, it, vi } from "vitest";
import { requireBlobAccess } from "./blob-access";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("lets a page go on that allows blobs", async () => {
  await expect(requireBlobAccess()).resolves.toBeUndefined();
});

it("names the directive of a policy that forbids them", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(requireBlobAccess()).rejects.toMatchObject({
    error: { code: "unsupported", hint: "Add blob: to connect-src in the policy of the page." },
  });
});
