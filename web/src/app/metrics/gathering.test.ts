import { expect, it } from "vitest";
import type { EngineEvent } from "../../protocol/wire";
import { event } from "../testing/messages";
import { engineEvent } from "../testing/inferences";
import { Gathering } from "./gathering";
import type { Inference } from "./inference";
import { ServerAnswers } from "./server-answers";

const about = { request: "0:1", client: "tab", priority: "chat" };

const figures = {
  time_to_first_token_ms: 120,
  duration_ms: 900,
  prefill_tokens_per_s: 800,
  decode_tokens_per_s: 42.5,
  prefilled_tokens: 10,
};

function gathered(events: readonly EngineEvent[]): Inference[] {
  const gathering = new Gathering({
    mode: ({ client }) => (client === "tab" ? "hybrid" : "client_side"),
    memoryOf: () => 300,
  });
  gathering.answersBy("webllm");
  return events.map((each) => gathering.hear(each)).filter((each) => each !== null);
}

it("makes one inference of a request's events, with the engine's own figures", () => {
  const usage = { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42 };
  const finished = { ...about, reason: "stop", ...usage, ...figures, reused_tokens: 20, engine: "wllama", device: "cpu" };
  const [answer, ...others] = gathered([
    engineEvent("request_queued", about),
    engineEvent("request_started", { ...about, wait_ms: 7, again: false }),
    engineEvent("first_token", { ...about, after_ms: 120 }),
    engineEvent("request_started", { ...about, wait_ms: 500, again: true }),
    engineEvent("request_finished", finished, 5_000),
  ]);
  expect(others).toEqual([]);
  const { prefilled_tokens, ...measured } = figures;
  expect(prefilled_tokens).toBe(10);
  expect(answer).toEqual({
    id: "5000 tab 0:1",
    at: 5_000,
    kind: "answer",
    model: "demo",
    mode: "hybrid",
    engine: "wllama",
    outcome: "done",
    code: null,
    priority: "chat",
    measured: { ...measured, prompt_tokens: 30, completion_tokens: 12, reused_tokens: 20, wait_ms: 7, memory_mb: 300 },
  });
});

it("tells an answer that was stopped from one that failed, and from one that was cut at its length", () => {
  const outcomes = gathered([
    engineEvent("request_finished", { ...about, reason: "length" }),
    engineEvent("request_finished", { ...about, reason: "abort" }),
    engineEvent("request_failed", { ...about, code: "aborted" }),
    engineEvent("request_failed", { ...about, code: "device_lost" }),
  ]).map(({ outcome, code }) => [outcome, code]);
  expect(outcomes).toEqual([
    ["length", null],
    ["stopped", null],
    ["stopped", "aborted"],
    ["failed", "device_lost"],
  ]);
});

it("notes loads and recoveries, and how long they took", () => {
  const steps = gathered([
    engineEvent("loaded", { load_ms: 400, device: "cpu" }),
    engineEvent("load_failed", { code: "out_of_memory" }),
    engineEvent("recovery_finished", { took_ms: 900, code: "device_lost" }),
    engineEvent("recovery_failed", { took_ms: 50, code: "worker_died" }),
  ]).map(({ kind, outcome, engine, measured }) => [kind, outcome, engine, measured]);
  expect(steps).toEqual([
    ["load", "done", "wllama", { load_ms: 400, memory_mb: 300 }],
    ["load", "failed", "webllm", {}],
    ["recovery", "done", "webllm", { recovery_ms: 900, memory_mb: 300 }],
    ["recovery", "failed", "webllm", { recovery_ms: 50 }],
  ]);
});

it("notes what a server answers, and leaves to the engine what the engine answers", () => {
  const modes = { s: "server_side", h: "hybrid", c: "client_side" } as const;
  const server = new ServerAnswers((turn) => modes[turn as keyof typeof modes], () => 9);
  const answered = (turn: string, kind: string, id: string): Inference | null =>
    server.hear(
      event(turn, "llm:response", {
        status: "ok",
        model: "big",
        request_id: id,
        finish_reason: "stop",
        engine: { kind, version: "1", device: "none", adapter: null },
        figures,
        usage: { input_tokens: 4, output_tokens: 2 },
      }),
    );
  const failed = (turn: string): Inference | null =>
    server.hear(event(turn, "llm:response", { status: "error", model: "big", request_id: "f", error: { code: "rate_limited" } }));
  expect(answered("c", "webllm", "r1")).toBeNull();
  expect(answered("h", "webllm", "r2")).toBeNull();
  expect(answered("s", "server", "r3")).toMatchObject({
    id: "server r3",
    mode: "server_side",
    engine: "server",
    outcome: "done",
    measured: { prompt_tokens: 4, completion_tokens: 2, decode_tokens_per_s: 42.5 },
  });
  expect(failed("s")).toMatchObject({ outcome: "failed", code: "rate_limited" });
  // In a hybrid turn the browser has failed first: the engine tells that itself.
  expect(failed("h")).toBeNull();
  expect(server.hear(event("h", "webllm:fallback", {}))).toBeNull();
  expect(answered("h", "server", "r4")).toMatchObject({ mode: "hybrid", engine: "server" });
});
