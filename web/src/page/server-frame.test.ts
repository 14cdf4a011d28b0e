/** The two ends of the way to a server, over real ports and streams. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { ServerWay, type ServerRequest } from "../bridge/server-way";
import { serve } from "./server-frame";

const ORIGIN = "http://server.example:8080";

let scope: { fetch: typeof fetch };
let direct: string[];
let asked: Request[];
let answer: (request: Request) => Promise<Response>;
let ports: MessagePort[];

beforeEach(() => {
  direct = [];
  asked = [];
  scope = {
    fetch: (input) => {
      direct.push(input instanceof Request ? input.url : String(input));
      return Promise.resolve(new Response("direct"));
    },
  };
  const { port1, port2 } = new MessageChannel();
  ports = [port1, port2];
  const way = new ServerWay();
  way.install(scope);
  way.open(ORIGIN, port1);
  port2.onmessage = ({ data, ports: [port] }: MessageEvent<ServerRequest>) => {
    if (port === undefined) return;
    void serve(data, port, (input, init) => {
      const request = new Request(input, { ...init, referrerPolicy: "" });
      asked.push(request);
      return answer(request);
    });
  };
});

afterEach(() => {
  for (const port of ports) port.close();
});

/** A body of which each piece comes when it is asked for; `taken` counts. */
function piecewise(pieces: readonly string[]): {
  body: ReadableStream<Uint8Array>;
  taken: () => number;
  ended: () => boolean;
} {
  let at = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const piece = pieces[at];
        at += 1;
        if (piece === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(piece));
      },
      cancel: () => {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, taken: () => at, ended: () => cancelled };
}

it("carries a request and its answer, with their words unchanged", async () => {
  answer = () => Promise.resolve(new Response("said", { status: 201, headers: { "x-kind": "test" } }));
  const response = await scope.fetch(`${ORIGIN}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer key", "content-type": "application/json" },
    body: '{"a":1}',
  });
  expect([response.status, response.headers.get("x-kind"), await response.text()]).toEqual([
    201,
    "test",
    "said",
  ]);
  const [request] = asked;
  expect(request?.headers.get("authorization")).toBe("Bearer key");
  expect(await request?.text()).toBe('{"a":1}');
  expect([request?.credentials, request?.redirect, request?.cache]).toEqual(["omit", "manual", "no-store"]);
  expect(direct).toEqual([]);
});

it("leaves every other origin to the network as it is", async () => {
  expect(await (await scope.fetch("https://elsewhere.example/")).text()).toBe("direct");
  expect(direct).toEqual(["https://elsewhere.example/"]);
  expect(asked).toEqual([]);
});

it("reads a body only as fast as it is taken", async () => {
  const stream = piecewise(["one", "two", "three"]);
  answer = () => Promise.resolve(new Response(stream.body));
  const response = await scope.fetch(`${ORIGIN}/`);
  const reader = response.body?.getReader();
  expect(stream.taken()).toBe(0);
  const first = await reader?.read();
  expect(new TextDecoder().decode(first?.value)).toBe("one");
  expect(stream.taken()).toBeLessThanOrEqual(2);
  const rest: string[] = [];
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    rest.push(new TextDecoder().decode(part.value));
  }
  expect(rest).toEqual(["two", "three"]);
});

it("tells that nothing answers as fetch itself does", async () => {
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  await expect(scope.fetch(`${ORIGIN}/`)).rejects.toThrow(new TypeError("Failed to fetch"));
});

it("shows a redirect that was not followed as one", async () => {
  answer = () => Promise.resolve({ status: 0, headers: new Headers(), body: null } as Response);
  expect((await scope.fetch(`${ORIGIN}/`)).status).toBe(307);
});

it("ends the request where the one who asked gives up", async () => {
  const seen: AbortSignal[] = [];
  answer = (request) => {
    seen.push(request.signal);
    return new Promise(() => undefined);
  };
  const ending = new AbortController();
  const response = scope.fetch(`${ORIGIN}/`, { signal: ending.signal });
  const refused = expect(response).rejects.toThrow("enough");
  await expect.poll(() => seen.length).toBe(1);
  ending.abort(new Error("enough"));
  await refused;
  await expect.poll(() => seen[0]?.aborted).toBe(true);
});
