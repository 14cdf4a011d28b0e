import { expect, test, vi } from "vitest";
import type { ApiRequest, FromApi, ToApi } from "../protocol/api-exchange";
import { ApiExchange } from "./api-exchange";

const ASKED: ApiRequest = {
  method: "GET",
  scheme: "https",
  path: "/v1/models",
  root: "",
  query: "",
  headers: [],
  client: "page",
};
const HEAD: FromApi = {
  type: "head",
  status: 200,
  headers: [["content-type", "text/event-stream; charset=utf-8"]],
};
const chunk = (text: string, last = false): FromApi => ({
  type: "chunk",
  data: new TextEncoder().encode(text),
  last,
});

/** The tab's side: what it hears, what it says, and how it dies. */
function tab() {
  const { port1, port2 } = new MessageChannel();
  const heard: ToApi[] = [];
  port2.onmessage = ({ data }: MessageEvent<ToApi>) => heard.push(data);
  let die = (): void => undefined;
  const locks = {
    request: (_name: string, options: { signal?: AbortSignal }, granted: () => unknown) => {
      die = () => {
        if (options.signal?.aborted !== true) granted();
      };
      return new Promise<never>(() => undefined);
    },
  };
  const exchange = new ApiExchange(
    { port: port1, lock: "tab" },
    locks as unknown as Pick<LockManager, "request">,
    true,
  );
  return {
    exchange,
    heard,
    die: () => {
      die();
    },
    say: (...messages: FromApi[]) => {
      for (const message of messages) port2.postMessage(message);
    },
  };
}

const asked = (exchange: ApiExchange): Promise<Response | null> => exchange.ask(ASKED, new Uint8Array());

test("an answer keeps its status, its headers and its order", async () => {
  const { exchange, say } = tab();
  const answer = asked(exchange);
  say(HEAD, chunk("one "), chunk("two"), chunk("", true));
  const response = await answer;
  expect(response?.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(await response?.text()).toBe("one two");
});

test("a tab that goes before its first word leaves the request to another", async () => {
  const { exchange, die } = tab();
  const answer = asked(exchange);
  die();
  expect(await answer).toBeNull();
});

test("a tab that goes in the middle of a stream ends it with an event", async () => {
  const { exchange, say, die } = tab();
  const answer = asked(exchange);
  say(HEAD, chunk("data: one\n\n"));
  const reader = (await answer)?.body?.getReader();
  await reader?.read();
  die();
  const told = new TextDecoder().decode((await reader?.read())?.value);
  expect(told).toMatch(/^event: error\ndata: \{.*"code":"engine_failed".*\}\n\n$/);
  expect((await reader?.read())?.done).toBe(true);
});

test("a tab that goes in the middle of anything else breaks it: half a document is none", async () => {
  const { exchange, say, die } = tab();
  const answer = asked(exchange);
  say({ type: "head", status: 200, headers: [["content-type", "application/json"]] }, chunk('{"a'));
  const reader = (await answer)?.body?.getReader();
  await reader?.read();
  die();
  await expect(reader?.read()).rejects.toThrow("The tab that answered has gone.");
});

test("a client that goes is told to the tab, once", async () => {
  const { exchange, say, heard } = tab();
  const answer = asked(exchange);
  say(HEAD, chunk("one"));
  await (await answer)?.body?.cancel();
  exchange.leave();
  await vi.waitFor(() => {
    expect(heard.filter(({ type }) => type === "leave")).toHaveLength(1);
  });
});

test("Python that cannot start is a problem with a status", async () => {
  const { exchange, say } = tab();
  const answer = asked(exchange);
  say({ type: "failed", error: { code: "python_failed", message: "It did not come.", hint: "Again." } });
  const response = await answer;
  expect(response?.status).toBe(503);
  expect(await response?.json()).toMatchObject({ code: "ENGINE_FAILED", detail: "It did not come." });
});

test("a client that goes before the head leaves nothing that waits", async () => {
  const { exchange, heard } = tab();
  const answer = asked(exchange);
  exchange.leave();
  expect((await answer)?.type).toBe("error");
  await vi.waitFor(() => {
    expect(heard.map(({ type }) => type)).toEqual(["request", "leave"]);
  });
});

test("a client that has gone before its tab was found is told so at once", async () => {
  const { exchange } = tab();
  exchange.leave();
  expect((await asked(exchange))?.type).toBe("error");
});
