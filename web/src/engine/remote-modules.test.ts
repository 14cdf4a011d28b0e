import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EngineFailure } from "./errors";
import { fetchFile } from "./remote-modules";

const URL_OF_FILE = "https://site.test/engines/wllama.js";
const TEXT = "export const ready = true;";
const SHA = createHash("sha256").update(TEXT).digest("hex");
const never = new AbortController().signal;
let scope: EventTarget;

beforeEach(() => {
  scope = Object.assign(new EventTarget(), { origin: "https://page.test" });
  vi.stubGlobal("self", scope);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const served = (answer: () => Promise<Response>): void => {
  vi.stubGlobal("fetch", answer);
};

async function refusal(sha256: string | null): Promise<EngineFailure["error"]> {
  try {
    await fetchFile({ url: URL_OF_FILE, sha256 }, never);
  } catch (raw) {
    if (raw instanceof EngineFailure) return raw.error;
    throw raw;
  }
  throw new Error("It was not refused.");
}

it.each([SHA, null])(
  "gives the file whose hash is the pinned one, or any where none is (%s)",
  async (sha256) => {
    served(() => Promise.resolve(new Response(TEXT)));
    expect(await (await fetchFile({ url: URL_OF_FILE, sha256 }, never)).text()).toBe(TEXT);
  },
);

it("refuses a file of another version before anything of it runs", async () => {
  served(() => Promise.resolve(new Response(`${TEXT} // newer`)));
  const error = await refusal(SHA);
  expect(error.code).toBe("integrity_failed");
  expect(error.message).toContain(URL_OF_FILE);
  expect(error.details).toMatchObject({ expected: SHA });
});

it("names the address and the status of a file that is not there", async () => {
  served(() => Promise.resolve(new Response("no", { status: 404 })));
  const error = await refusal(SHA);
  expect(error.code).toBe("download_failed");
  expect(error.message).toMatch(/wllama\.js: the server answered 404/);
});

it("says what a server of another origin must send when no answer can be read", async () => {
  served(() => Promise.reject(new TypeError("Failed to fetch")));
  const error = await refusal(SHA);
  expect(error.code).toBe("download_failed");
  expect(error.hint).toContain("Access-Control-Allow-Origin for https://page.test");
});

it("names the directive of the page's policy that forbids the download", async () => {
  served(() => {
    // The report comes behind the failure that it explains.
    setTimeout(() => {
      const report = new Event("securitypolicyviolation");
      scope.dispatchEvent(Object.assign(report, { effectiveDirective: "connect-src" }));
    }, 0);
    return Promise.reject(new TypeError("Failed to fetch"));
  });
  const error = await refusal(SHA);
  expect(error.hint).toBe("Add https://site.test to connect-src in the policy of the page.");
  expect(error.details).toMatchObject({ directive: "connect-src" });
});

it("passes a wish to stop on as it is", async () => {
  const stopping = new AbortController();
  stopping.abort(new Error("stopped"));
  served(() => Promise.reject(new Error("stopped")));
  await expect(fetchFile({ url: URL_OF_FILE, sha256: SHA }, stopping.signal)).rejects.toThrow("stopped");
});
