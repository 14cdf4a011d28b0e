import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngineError } from "../bridge/engine-error";
import { readsClipboard, writesClipboard } from "./clipboard";
import { downloads, fileName, type Saved } from "./download";
import { addressOf, fetchGate, type FetchGateOptions } from "./fetch-gate";
import type { CallContext } from "./page-calls";

const NOBODY: CallContext = { signal: new AbortController().signal, turn: undefined };

describe("the clipboard", () => {
  it("is written and read as text", async () => {
    let copied = "";
    const clipboard = {
      writeText: (text: string) => {
        copied = text;
        return Promise.resolve();
      },
      readText: () => Promise.resolve(copied),
    };
    await writesClipboard(clipboard)({ text: "Hi" }, NOBODY);
    expect(await readsClipboard(clipboard)({}, NOBODY)).toEqual({ text: "Hi" });
    await expect(writesClipboard(clipboard)({ text: 5 }, NOBODY)).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  it("that the browser keeps shut is an error that says what to do", async () => {
    const shut = {
      writeText: () => Promise.reject(new DOMException("No.", "NotAllowedError")),
      readText: () => Promise.reject(new DOMException("No.", "NotAllowedError")),
    };
    await expect(readsClipboard(shut)({}, NOBODY)).rejects.toMatchObject({ code: "access_denied" });
    await expect(readsClipboard(undefined)({}, NOBODY)).rejects.toMatchObject({ code: "unsupported" });
  });
});

describe("a download", () => {
  it("is saved under its name, as text", async () => {
    const saved: Saved[] = [];
    const download = downloads((file) => saved.push(file));
    expect(await download({ name: "notes.md", text: "é", type: "text/markdown" }, NOBODY)).toEqual({
      name: "notes.md",
      bytes: 2,
    });
    expect(await saved[0]?.blob.text()).toBe("é");
    expect(saved[0]?.blob.type).toBe("text/markdown");
  });

  it("has no name that leaves the folder or deceives", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (wanted) => {
        const name = fileName(wanted);
        expect(name).not.toMatch(/[/\\\p{Cc}\p{Cf}<>:"|?*]/u);
        expect(name).not.toMatch(/^\.|\.$/u);
        expect(name.length).toBeGreaterThan(0);
      }),
    );
    expect(fileName("../../etc/passwd")).toBe("passwd");
    expect(fileName("cod\u202Etxt.exe")).toBe("codtxt.exe");
    expect(fileName("...")).toBe("download.txt");
  });

  it("that is too large is refused", async () => {
    const download = downloads(() => undefined);
    await expect(download({ name: "a", text: "x".repeat(10_000_001) }, NOBODY)).rejects.toMatchObject({
      code: "invalid_request",
    });
  });
});

describe("the fetch gate", () => {
  const gate = (options: Partial<FetchGateOptions>, type = "text/plain", text = "hello") =>
    fetchGate({
      mayRead: () => Promise.resolve(true),
      denied: (site) => ({ message: `No ${site}.` }),
      open: ({ url }) => {
        const { port1, port2 } = new MessageChannel();
        const bytes = new TextEncoder().encode(text).buffer;
        port2.postMessage({ type: "read", url, status: 200, contentType: type, bytes, truncated: false });
        return Promise.resolve({
          port: port1,
          close: () => {
            port1.close();
          },
        });
      },
      ...options,
    });

  it("gives the text of a site that a person has allowed", async () => {
    expect(await gate({})({ url: "https://example.org/a#here" }, NOBODY)).toEqual({
      url: "https://example.org/a",
      status: 200,
      type: "text/plain",
      text: "hello",
      truncated: false,
    });
  });

  it("opens nothing before somebody has said yes", async () => {
    let opened = 0;
    const shut = gate({
      mayRead: () => Promise.resolve(false),
      open: () => {
        opened += 1;
        return Promise.reject(new Error("not to be called"));
      },
    });
    await expect(shut({ url: "https://example.org/?secret" }, NOBODY)).rejects.toMatchObject({
      code: "access_denied",
      message: "No https://example.org.",
    });
    expect(opened).toBe(0);
  });

  it("takes no answer that is no text", async () => {
    await expect(gate({}, "image/png")({ url: "https://example.org/" }, NOBODY)).rejects.toMatchObject({
      code: "invalid_request",
    });
    for (const type of [
      "application/json",
      "application/ld+json; charset=utf-8",
      "text/html",
      "application/xml",
    ]) {
      expect(await gate({}, type)({ url: "https://example.org/" }, NOBODY)).toMatchObject({ text: "hello" });
    }
  });

  it("gives a site up that does not answer in time", async () => {
    const silent = gate({
      timeoutMs: 5,
      open: () => Promise.resolve({ port: new MessageChannel().port1, close: () => undefined }),
    });
    await expect(silent({ url: "https://example.org/" }, NOBODY)).rejects.toMatchObject({ code: "timeout" });
  });

  it("knows only addresses of the web, without passwords", () => {
    for (const wanted of [
      "javascript:alert(1)",
      "file:///etc/passwd",
      "data:,x",
      "blob:x",
      "",
      "example.org",
      "https://a:b@c/",
    ]) {
      expect(() => addressOf(wanted)).toThrow(EngineError);
    }
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true }), (wanted) => {
        expect(["http:", "https:"]).toContain(addressOf(wanted).protocol);
      }),
      { numRuns: 20 },
    );
  });
});
