import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fault } from "./testing/server";
import { anyBytes, bytesOf, errorOf, ggufBytes, World } from "./testing/world";

const SIZE = 400;
const CONTENT = ggufBytes(SIZE);

const world = (): { world: World; url: string } => {
  const made = new World();
  return { world: made, url: made.addGguf("m", CONTENT) };
};

const fault = (made: World, url: string, ...faults: Fault[]): void => {
  made.server.faults.set(url, faults);
};

describe("a download that is cut", () => {
  it("is gone on with from the byte where it stopped, with exactly the missing bytes fetched", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 10 }),
        async (cuts) => {
          const { world: made, url } = world();
          fault(made, url, ...cuts.map((after): Fault => ({ kind: "cut", after })));
          const { gguf } = await made.ensure("m", "cpu");
          expect(await bytesOf(gguf[0])).toEqual(CONTENT);
          expect(made.server.sent(url)).toBe(SIZE);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("is gone on with after a pause, and by another room of the same browser", async () => {
    const { world: made, url } = world();
    const pause = new AbortController();
    const report = ({ loadedBytes }: { loadedBytes: number | null }): void => {
      if ((loadedBytes ?? 0) >= 100) pause.abort();
    };
    const error = await errorOf(made.ensure("m", "cpu", { signal: pause.signal, report }));
    expect(error?.code).toBe("aborted");
    const before = made.server.sent(url);
    expect(before).toBeGreaterThanOrEqual(100);
    expect(before).toBeLessThan(SIZE);
    expect((await made.weights.stored()).models[0]).toMatchObject({
      state: "partial",
      devices: [],
      used_at: null,
    });
    await made.ensure("m", "cpu");
    const [, second] = made.server.of(url);
    expect(second?.range).toMatch(/^bytes=\d+-$/);
    expect(made.server.of(url).reduce((sum, { sent }) => sum + sent, 0)).toBeLessThanOrEqual(SIZE + 16);
  });

  it("waits longer each time, and gives up with what came kept", async () => {
    const { world: made, url } = world();
    fault(
      made,
      url,
      { kind: "cut", after: 32 },
      ...Array.from({ length: 9 }, (): Fault => ({ kind: "unreachable" })),
    );
    const error = await errorOf(made.ensure("m", "cpu"));
    expect(error).toMatchObject({ code: "download_failed", details: { url, kept_bytes: 32 } });
    expect(made.clock.slept).toEqual([100, 200, 400]);
    fault(made, url);
    await made.ensure("m", "cpu");
    expect(made.server.sent(url)).toBe(SIZE);
  });

  it("counts its tries anew whenever something came", async () => {
    const { world: made, url } = world();
    fault(made, url, ...Array.from({ length: 12 }, (): Fault => ({ kind: "cut", after: 16 })));
    await made.ensure("m", "cpu");
    expect(made.server.sent(url)).toBe(SIZE);
  });

  it("is asked for again when the server sends nothing any more", async () => {
    const { world: made, url } = world();
    fault(made, url, { kind: "stall", after: 64 });
    const { gguf } = await made.ensure("m", "cpu");
    expect(await bytesOf(gguf[0])).toEqual(CONTENT);
    expect(made.clock.slept).toContain(5_000);
    expect(made.server.of(url)[1]?.range).toBe("bytes=64-");
  });

  it("ends at once when it is cancelled, also while it waits to try again", async () => {
    const { world: made, url } = world();
    fault(made, url, { kind: "unreachable" });
    const stop = new AbortController();
    const sleep = made.clock.sleep.bind(made.clock);
    made.clock.sleep = (ms, signal) => {
      if (ms === 100) stop.abort();
      return sleep(ms, signal);
    };
    expect((await errorOf(made.ensure("m", "cpu", { signal: stop.signal })))?.code).toBe("aborted");
    expect(made.server.of(url)).toHaveLength(1);
  });
});

describe("a server", () => {
  it("that ignores ranges sends the file from its start, once", async () => {
    const { world: made, url } = world();
    fault(made, url, { kind: "cut", after: 160 }, { kind: "ignore_range" });
    const { gguf } = await made.ensure("m", "cpu");
    expect(await bytesOf(gguf[0])).toEqual(CONTENT);
    expect(made.server.sent(url)).toBe(160 + SIZE);
  });

  it("that has another version of the file by then sends that one, from its start", async () => {
    const { world: made, url } = world();
    fault(made, url, { kind: "cut", after: 160 });
    const other = ggufBytes(SIZE, 7);
    const { fetch } = made.server;
    made.parts.network.fetch = (asked, init) => {
      if (made.server.of(url).length === 1) made.server.put(url, other);
      return fetch(asked, init);
    };
    const { gguf } = await made.ensure("m", "cpu");
    expect(await bytesOf(gguf[0])).toEqual(other);
  });

  it("is asked on condition of the version on the page's own origin, and compared elsewhere", async () => {
    const { world: made, url } = world();
    fault(made, url, { kind: "cut", after: 32 });
    await made.ensure("m", "cpu");
    expect(made.server.of(url)[1]).toMatchObject({ range: "bytes=32-", ifRange: null });
    const own = "https://page.test/own.gguf";
    made.server.put(own, CONTENT);
    made.models.add({ id: "own", gguf_url: own });
    fault(made, own, { kind: "cut", after: 32 });
    await made.ensure("own", "cpu");
    expect(made.server.of(own)[1]?.ifRange).toMatch(/^"/);
  });

  it("that is busy is given the time that it asks for", async () => {
    const { world: made, url } = world();
    fault(made, url, { kind: "refuse", status: 503, headers: { "retry-after": "7" } });
    await made.ensure("m", "cpu");
    expect(made.clock.slept).toEqual([7_000]);
  });

  it.each([404, 403, 410])("that answers %i is not asked again", async (status) => {
    const { world: made, url } = world();
    fault(made, url, { kind: "refuse", status });
    expect(await errorOf(made.ensure("m", "cpu"))).toMatchObject({
      code: "download_failed",
      details: { url, status },
    });
    expect(made.server.of(url)).toHaveLength(1);
  });

  it("that says nothing of the length is believed when it ends", async () => {
    const { world: made, url } = world();
    const { fetch } = made.server;
    made.parts.network.fetch = async (asked, init) => {
      const response = await fetch(asked, init);
      const headers = new Headers(response.headers);
      headers.delete("content-length");
      headers.delete("etag");
      return new Response(response.body, { status: response.status, headers });
    };
    const { gguf } = await made.ensure("m", "cpu");
    expect(await bytesOf(gguf[0])).toEqual(CONTENT);
    expect(made.reports.every(({ fraction }) => fraction >= 0 && fraction <= 1)).toBe(true);
    expect(made.server.sent(url)).toBe(SIZE);
  });

  it("that compresses is asked for the whole file again after a cut: its ranges are of something else", async () => {
    const { world: made, url } = world();
    made.server.put(url, CONTENT, { headers: { "content-encoding": "gzip", "content-length": "90" } });
    fault(made, url, { kind: "cut", after: 64 });
    const { gguf } = await made.ensure("m", "cpu");
    expect(await bytesOf(gguf[0])).toEqual(CONTENT);
    expect(made.server.of(url).map(({ range }) => range)).toEqual([null, null]);
  });

  it("that answers with a page where the file is missing is found out", async () => {
    const { world: made, url } = world();
    made.server.put(url, "<!doctype html><title>Not here</title>");
    expect(await errorOf(made.ensure("m", "cpu"))).toMatchObject({
      code: "integrity_failed",
      details: { file: "model.gguf", what: "form" },
    });
  });
});

describe("progress", () => {
  it("tells bytes, rate and time left, and never goes back", async () => {
    const { world: made, url } = world();
    const { fetch } = made.server;
    made.parts.network.fetch = async (asked, init) => {
      await made.clock.sleep(1_000, new AbortController().signal);
      return fetch(asked, init);
    };
    fault(made, url, { kind: "cut", after: 200 }, { kind: "ignore_range" });
    await made.ensure("m", "cpu");
    const downloads = made.reports.filter(({ stage }) => stage === "download");
    expect(downloads.at(-1)).toMatchObject({ fraction: 1, loadedBytes: SIZE, totalBytes: SIZE });
    expect(downloads.some(({ bytesPerS }) => (bytesPerS ?? 0) > 0)).toBe(true);
    expect(downloads.some(({ remainingS }) => (remainingS ?? 0) > 0)).toBe(true);
    const fractions = downloads.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  });

  it("tells no whole and no time left where the server does not say how much comes", async () => {
    const { world: made } = world();
    const { fetch } = made.server;
    made.parts.network.fetch = async (asked, init) => {
      const { body, status, headers } = await fetch(asked, init);
      headers.delete("content-length");
      return new Response(body, { status, headers });
    };
    await made.ensure("m", "cpu");
    const downloads = made.reports.filter(({ stage }) => stage === "download");
    expect(downloads.at(-1)?.loadedBytes).toBe(SIZE);
    for (const { totalBytes, remainingS } of downloads.slice(1)) {
      expect({ totalBytes, remainingS }).toEqual({ totalBytes: null, remainingS: null });
    }
  });

  it("is silent where everything is here", async () => {
    const { world: made } = world();
    await made.ensure("m", "cpu");
    const requests = made.server.seen.length;
    made.reports.length = 0;
    await made.ensure("m", "cpu");
    expect(made.reports).toEqual([]);
    expect(made.server.seen).toHaveLength(requests);
  });
});

describe("the journal", () => {
  it("tells of a damaged file, on the wire and on the disk", async () => {
    const made = new World();
    const urls = made.addMlc("mlc", [anyBytes(120)]);
    const shard = urls["params_shard_0.bin"] ?? "";
    fault(made, shard, { kind: "corrupt" });
    await made.ensure("mlc", "webgpu");
    await (await made.caches.open("webllm/model")).put(shard, new Response(new Uint8Array(120)));
    await made.ensure("mlc", "webgpu", { verify: true });
    const corrupt = made.journal.events.filter(({ name }) => name === "file_corrupt");
    expect(corrupt.map(({ details }) => details)).toEqual([
      { role: "shard", what: "md5", where: "download" },
      { role: "shard", what: "md5", where: "disk" },
    ]);
  });

  it("tells how a download begins, goes on and ends, and names no file", async () => {
    const { world: made, url } = world();
    fault(made, url, { kind: "cut", after: 32 }, { kind: "refuse", status: 404 });
    await made.ensure("m", "cpu").catch(() => null);
    await made.ensure("m", "cpu");
    expect(made.journal.events.map(({ name, model }) => [name, model])).toEqual([
      ["download_started", "m"],
      ["download_failed", "m"],
      ["download_resumed", "m"],
      ["file_verified", "m"],
      ["download_finished", "m"],
    ]);
    expect(made.journal.events[1]?.details).toMatchObject({ code: "download_failed" });
    expect(made.journal.events[2]?.details).toMatchObject({ kept_bytes: 32, bytes: SIZE - 32, files: 1 });
    expect(JSON.stringify(made.journal.events)).not.toContain("hub.test");
  });
});

describe("two tabs that want one model", () => {
  it("download it once: the other waits, says so, and finds the files", async () => {
    const { world: made, url } = world();
    const [first, second] = await Promise.all([made.ensure("m", "cpu"), made.ensure("m", "cpu")]);
    expect(await bytesOf(first.gguf[0])).toEqual(CONTENT);
    expect(await bytesOf(second.gguf[0])).toEqual(CONTENT);
    expect(made.server.sent(url)).toBe(SIZE);
    expect(made.reports.some(({ text }) => text.startsWith("Waiting for another tab"))).toBe(true);
  });
});

describe("a connection that may cost", () => {
  const LARGE = 25 * 2 ** 20;

  it.each([{ saveData: true }, { type: "cellular" }])("wants consent: %o", async (connection) => {
    const { world: made, url } = world();
    made.server.put(url, CONTENT, { headers: { "content-length": String(LARGE) } });
    made.connection = connection;
    const error = await errorOf(made.ensure("m", "cpu"));
    expect(error).toMatchObject({ code: "consent_required", details: { model: "m", bytes: LARGE } });
    expect(made.server.of(url)).toEqual([]);
  });

  it("does not ask twice, nor for what is small", async () => {
    const { world: made } = world();
    made.connection = { saveData: true };
    expect(await errorOf(made.ensure("m", "cpu"))).toBeNull();
  });

  it("is used where the user agreed", async () => {
    const made = new World();
    made.connection = { type: "cellular" };
    const url = made.addGguf("big", ggufBytes(64), { download_bytes: LARGE });
    const { fetch } = made.server;
    made.parts.network.fetch = (asked, init) =>
      init.method === "HEAD" ? Promise.reject(new TypeError("no")) : fetch(asked, init);
    expect((await errorOf(made.ensure("big", "cpu")))?.code).toBe("consent_required");
    expect(await errorOf(made.ensure("big", "cpu", { meteredOk: true }))).toBeNull();
    expect(made.server.sent(url)).toBe(64);
  });
});

describe("a split model", () => {
  it("has its server asked for the sizes of a few parts at a time", async () => {
    const made = new World();
    made.models.add({ id: "split", gguf_url: "https://hub.test/split-00001-of-00040.gguf" });
    let [open, widest, asked] = [0, 0, 0];
    made.parts.network.fetch = async (_, init) => {
      if (init.method !== "HEAD") throw new TypeError("no");
      asked += 1;
      widest = Math.max(widest, ++open);
      await new Promise((answered) => setTimeout(answered, 1));
      open -= 1;
      return new Response(null, { headers: { "content-length": "1" } });
    };
    await errorOf(made.ensure("split", "cpu"));
    expect(asked).toBe(40);
    expect(widest).toBe(6);
  });
});

describe("a full disk", () => {
  it("refuses what does not fit, and names what could go: the longest unused first", async () => {
    const { world: made } = world();
    for (const id of ["old", "new"]) {
      made.addGguf(id, ggufBytes(50));
      await made.ensure(id, "cpu");
      await made.clock.sleep(5, new AbortController().signal);
      await made.weights.used(id);
    }
    made.quota = made.files.used + 100;
    const error = await errorOf(made.ensure("m", "cpu"));
    expect(error).toMatchObject({
      code: "quota_exceeded",
      hint: "Delete a model that you no longer use, such as old; what was downloaded is kept.",
      details: { model: "m", needed_bytes: SIZE },
    });
    const { deletable } = error?.details as { deletable: { model: string; bytes: number }[] };
    expect(deletable.map(({ model, bytes }) => [model, bytes])).toEqual([
      ["old", 50],
      ["new", 50],
    ]);
  });

  it("in the middle of a file keeps what came, and goes on once there is room", async () => {
    const { world: made, url } = world();
    await made.ensure("m", "cpu").catch(() => null);
    await made.weights.delete("m");
    made.server.seen.length = 0;
    made.files.room = made.files.used + 700;
    const error = await errorOf(made.ensure("m", "cpu"));
    expect(error?.code).toBe("quota_exceeded");
    made.files.room = Infinity;
    await made.ensure("m", "cpu");
    expect(made.server.sent(url)).toBeLessThanOrEqual(SIZE + 16);
  });
});

it("fetches a few files at a time, and the rest of them ends with the first that fails", async () => {
  const made = new World();
  const urls = made.addMlc(
    "mlc",
    Array.from({ length: 12 }, (_, at) => anyBytes(200, at + 1)),
  );
  await made.ensure("mlc", "webgpu");
  expect(made.server.widest).toBeGreaterThan(1);
  expect(made.server.widest).toBeLessThanOrEqual(4);
  await made.weights.delete("mlc");
  fault(made, urls["params_shard_1.bin"] ?? "", { kind: "refuse", status: 404 });
  expect((await errorOf(made.ensure("mlc", "webgpu")))?.code).toBe("download_failed");
  expect(made.server.open).toBe(0);
});
