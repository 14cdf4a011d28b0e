import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { download } from "./download";
import { toWireError } from "./errors";

const FILE = new Uint8Array(300_000).map((_, index) => index % 251);

let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/whole") response.setHeader("content-length", FILE.length).end(FILE);
    else if (request.url === "/unsized")
      response.write(FILE.subarray(0, 9), () => response.end(FILE.subarray(9)));
    else if (request.url === "/cut") {
      response
        .setHeader("content-length", FILE.length)
        .write(FILE.subarray(0, 1000), () => response.destroy());
    } else if (request.url === "/slow")
      response.setHeader("content-length", FILE.length).write(FILE.subarray(0, 9));
    else response.writeHead(404).end("not here");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const never = new AbortController().signal;

describe("a download", () => {
  it("brings every byte and counts them against the size", async () => {
    const progress: [number, number | null][] = [];
    const file = await download(`${base}/whole`, never, (loaded, total) => progress.push([loaded, total]));
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(FILE);
    expect(progress.at(-1)).toEqual([FILE.length, FILE.length]);
  });

  it("works without a size", async () => {
    const totals = new Set<number | null>();
    const file = await download(`${base}/unsized`, never, (_loaded, total) => totals.add(total));
    expect(file.size).toBe(FILE.length);
    expect([...totals]).toEqual([null]);
  });

  it("names the status of a file that is not there", async () => {
    const error = await download(`${base}/missing`, never, () => undefined).catch(toWireError);
    expect(error).toMatchObject({ code: "download_failed", details: { status: 404 } });
  });

  it("fails when the connection breaks in the middle, rather than pass on half a file", async () => {
    await expect(download(`${base}/cut`, never, () => undefined)).rejects.toThrow();
  });

  it("ends when it is cancelled", async () => {
    const cancel = new AbortController();
    const waiting = download(`${base}/slow`, cancel.signal, () => {
      cancel.abort();
    });
    expect(await waiting.catch(toWireError)).toMatchObject({ code: "aborted" });
  });
});
