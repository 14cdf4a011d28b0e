import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { meaningOf, rangeHeaders } from "./answer";
import { digest } from "./digest";
import { costOf, SMALL_DOWNLOAD_BYTES } from "./metered";
import { ggufFiles, webgpuFiles } from "./plan";
import { Rate } from "./rate";
import { backoffMs, PATIENT, retryAfterMs } from "./retry";
import { md5, sha256 } from "./testing/server";

const { signal } = new AbortController();
const bytes = fc.integer({ min: 1, max: 2 ** 40 });

describe("the wait before another try", () => {
  it("grows, stays within its bounds, and is never the same for all", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, random) => {
          const wait = backoffMs(attempt, PATIENT, random);
          expect(wait).toBeGreaterThanOrEqual(PATIENT.firstDelayMs / 2);
          expect(wait).toBeLessThanOrEqual(PATIENT.longestDelayMs);
          expect(backoffMs(attempt + 1, PATIENT, random)).toBeGreaterThanOrEqual(wait);
        },
      ),
    );
  });

  it.each([
    ["3", 3_000],
    ["0", 0],
    ["Thu, 01 Jan 1970 00:00:10 GMT", 9_000],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["soon", null],
    ["", null],
    [null, null],
  ])("is what the server asks for: %s", (header, wait) => {
    expect(retryAfterMs(header, 1_000)).toBe(wait);
  });
});

describe("what is left of a file", () => {
  it("is asked for from the byte after the last", () => {
    fc.assert(
      fc.property(bytes, (offset) => {
        const asked = { url: "https://hub.test/f", offset, validator: '"v1"' };
        expect(rangeHeaders(asked, "https://page.test")).toEqual({ Range: `bytes=${String(offset)}-` });
        expect(rangeHeaders(asked, "https://hub.test")).toMatchObject({ "If-Range": '"v1"' });
      }),
    );
    expect(
      rangeHeaders({ url: "https://hub.test/f", offset: 0, validator: "x" }, "https://hub.test"),
    ).toEqual({});
  });

  it("is taken only where it begins at that byte and belongs to the same version", () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, fc.boolean(), (offset, rest, begins, same) => {
        const asked = { url: "https://hub.test/f", offset, validator: '"v1"' };
        const total = begins + rest;
        const headers = new Headers({
          "content-range": `bytes ${String(begins)}-${String(total - 1)}/${String(total)}`,
          etag: same ? '"v1"' : '"v2"',
        });
        const meaning = meaningOf(asked, 206, headers);
        const fits = same && begins === offset;
        expect(meaning).toMatchObject(fits ? { kind: "content", offset, total } : { kind: "restart" });
      }),
    );
  });

  it("is known by its length where another origin hides the range", () => {
    const asked = { url: "https://hub.test/f", offset: 100, validator: undefined };
    const meaning = meaningOf(asked, 206, new Headers({ "content-length": "50" }));
    expect(meaning).toMatchObject({ kind: "content", offset: 100, total: 150 });
  });

  it.each([
    ["bytes */100", "complete"],
    ["bytes */90", "restart"],
    [null, "restart"],
  ])("is nothing, or nothing that fits, when the server says 416 with %s", (range, kind) => {
    const headers = new Headers(range === null ? {} : { "content-range": range });
    const asked = { url: "https://hub.test/f", offset: 100, validator: undefined };
    expect(meaningOf(asked, 416, headers).kind).toBe(kind);
  });

  it("is not told apart by a weak ETag", () => {
    const headers = new Headers({ etag: 'W/"v1"', "last-modified": "Thu, 01 Jan 1970 00:00:10 GMT" });
    const asked = { url: "https://hub.test/f", offset: 0, validator: undefined };
    expect(meaningOf(asked, 200, headers)).toMatchObject({ validator: "Thu, 01 Jan 1970 00:00:10 GMT" });
  });
});

describe("a rate", () => {
  it("is that of the last seconds, and tells the time left by it", () => {
    let now = 0;
    const rate = new Rate(() => now);
    expect(rate.bytesPerS).toBeNull();
    for (; now < 60_000; now += 100) rate.add(now < 30_000 ? 10 : 1_000);
    expect(rate.bytesPerS).toBeGreaterThan(9_000);
    expect(rate.bytesPerS).toBeLessThan(11_000);
    expect(rate.remainingS(100_000)).toBeCloseTo(10, 0);
    expect(rate.remainingS(null)).toBeNull();
  });
});

/** Ways out of a folder. */
const ELSEWHERE = [
  ...[
    "../x",
    "a/../../x",
    "/x",
    "//evil.test/x",
    "https://evil.test/x",
    "\\\\evil.test\\x",
    "..\\x",
    "%2e%2e/x",
  ],
  ...["?x", "#x", ".", "..", "./", "data:,x", "blob:https://hub.test/x", "javascript:x", " ../x", "\t../x"],
];

describe("a plan", () => {
  const entry = {
    record: { id: "m" },
    webllm: { model: "https://hub.test/a/m", model_id: "m", model_lib: "https://hub.test/lib%20x.wasm" },
  };

  it("names files of the model's own folder only, whatever its list says", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom(...ELSEWHERE)), (dataPath) => {
        let urls: string[] = [];
        try {
          const files = webgpuFiles(
            entry,
            { tokenizer_files: ["tokenizer.json"] },
            { records: [{ dataPath, nbytes: 1 }] },
          );
          urls = files.filter(({ role }) => role === "shard").map(({ url }) => url);
        } catch (raw) {
          expect(raw).toBeInstanceOf(Error);
        }
        for (const url of urls) expect(url.startsWith("https://hub.test/a/m/resolve/main/")).toBe(true);
      }),
    );
  });

  it.each<[unknown, unknown]>([
    [{ tokenizer_files: [] }, { records: [] }],
    [{}, { records: [] }],
    [{ tokenizer_files: ["tokenizer.json"] }, {}],
    [{ tokenizer_files: ["tokenizer.json"] }, { records: [{ dataPath: "x", nbytes: -1 }] }],
    [{ tokenizer_files: ["tokenizer.json"] }, { records: [{ dataPath: "x", nbytes: 1, md5sum: "no hash" }] }],
  ])("is refused where its descriptions make no sense: %o %o", (config, tensors) => {
    expect(() => webgpuFiles(entry, config as object, tensors as object)).toThrow("makes no sense");
  });

  it("takes tokenizer.model where there is no tokenizer.json, as WebLLM does", () => {
    const files = webgpuFiles(entry, { tokenizer_files: ["tokenizer.model"] }, { records: [] });
    expect(files.find(({ role }) => role === "tokenizer")?.name).toBe("tokenizer.model");
    expect(files.find(({ role }) => role === "library")?.name).toBe("lib x.wasm");
  });

  it.each([
    ["https://hub.test/m.gguf", 1],
    ["https://hub.test/m-00001-of-00004.gguf?download=true", 4],
    ["https://hub.test/m-00002-of-00004.gguf", 1],
    ["https://hub.test/m-00001-of-00000.gguf", 1],
    ["https://hub.test/m-00001-of-99999.gguf", 1],
  ])("of %s has %i files", (url, count) => {
    expect(ggufFiles({ record: { id: "m" }, gguf: { url } })).toHaveLength(count);
  });

  it("takes the name of a file as it is where it cannot be decoded", () => {
    const url = "https://hub.test/100%.gguf";
    expect(ggufFiles({ record: { id: "m" }, gguf: { url } })).toMatchObject([{ name: "100%.gguf" }]);
  });
});

it("hashes a file in pieces as others do at once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (given) => {
      const content = new Uint8Array(given);
      const found = await digest(new Blob([content]), { md5: true, signal });
      expect(found).toEqual({ bytes: content.length, sha256: sha256(content), md5: md5(content) });
    }),
    { numRuns: 20 },
  );
});

it("asks for consent by connection and size", () => {
  expect(costOf(undefined, null)).toBeNull();
  expect(costOf({ type: "wifi" }, null)).toBeNull();
  expect(costOf({ type: "cellular" }, null)).toBe("cellular");
  expect(costOf({ saveData: true, type: "wifi" }, SMALL_DOWNLOAD_BYTES + 1)).toBe("save_data");
  expect(costOf({ saveData: true }, SMALL_DOWNLOAD_BYTES)).toBeNull();
});
