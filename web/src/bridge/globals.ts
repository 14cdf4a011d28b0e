import type {
  Completion,
  CompletionBody,
  CompletionFailure,
  Load,
  StreamEvent,
  WireError,
} from "../protocol/wire";
import { asWireError, EngineError } from "./engine-error";
import type { LoadWishes, OpeningDraft, QueryDraft } from "./client";
import { type EventStream, failedStream } from "./event-stream";
import type { EngineLink } from "./link";

/** A stream as Python reads it: batches as JSON text. A pull, because a JS async generator breaks Python's loop. */
export interface JsonStream {
  /** JSON of an array of `StreamEvent`; null after the last. Never rejects. */
  next(): Promise<string | null>;
  /**
   * Gives what `next()` would to a function, unless it is cancelled before: Python waits for a promise at twice the
   * price. A long text comes as its bytes in UTF-8.
   */
  next_to(take: (json: string | Uint8Array | null) => unknown): void;
  cancel(): void;
}

/** What `js_llm_complete_streaming` calls back with. */
export type Chunk = { type: "delta"; content: string } | { type: "done" };

/** The functions that Python finds on `globalThis`. Text goes in and out: objects would cross as proxies. */
export interface BridgeGlobals {
  /** Takes the JSON of a `CompletionBody`; resolves with that of a `Completion` or `CompletionFailure`. */
  js_llm_complete(requestJson: string): Promise<string>;
  js_llm_stream(requestJson: string): JsonStream;
  /** The callback form of older recipes. */
  js_llm_complete_streaming(requestJson: string, onChunk: (chunk: Chunk) => unknown): Promise<string>;
  /** Takes `{"model": id, "device"?: "auto" | "webgpu" | "cpu"}` and the wishes of a `Load`. */
  js_llm_load(requestJson: string): JsonStream;
  /** Takes the JSON of an `Opening` without id and epoch: a download, a batch, the engine room's events. */
  js_llm_open(commandJson: string): JsonStream;
  /** Takes the JSON of a `Query` without id and epoch; resolves with that of its `QueryResult` or a `CompletionFailure`. */
  js_llm_query(commandJson: string): Promise<string>;
  /** Gives the model's memory back. JSON of an `EngineState`, or of a `CompletionFailure`. */
  js_llm_unload(): Promise<string>;
  /** JSON of an array of `ModelRecord`, or of a `CompletionFailure`. */
  js_llm_models(): Promise<string>;
  /** JSON of an `EngineState`, or of a `CompletionFailure`. */
  js_llm_status(): Promise<string>;
}

type LoadRequest = Pick<Load, "model"> & Partial<Pick<Load, "device">> & LoadWishes;

const load = (link: EngineLink, { model, device, ...wishes }: LoadRequest): EventStream =>
  link.load(model, device, wishes);

/** Puts the engine where Python finds it. */
export function installBridge(scope: object, link: EngineLink): void {
  const stream = (requestJson: string): EventStream =>
    withBody(requestJson, (body) => link.complete(body as CompletionBody));
  const globals: BridgeGlobals = {
    js_llm_complete: (requestJson) => collect(stream(requestJson)),
    js_llm_stream: (requestJson) => asJson(stream(requestJson)),
    js_llm_complete_streaming: (requestJson, onChunk) => collect(stream(requestJson), onChunk),
    js_llm_load: (requestJson) => asJson(withBody(requestJson, (body) => load(link, body as LoadRequest))),
    js_llm_open: (commandJson) =>
      asJson(withBody(commandJson, (command) => link.open(command as OpeningDraft))),
    js_llm_query: (commandJson) =>
      answer(async () => {
        const command: unknown = parsed(commandJson);
        return link.query(command as QueryDraft);
      }),
    js_llm_unload: () => answer(() => link.unload()),
    js_llm_models: () => answer(() => link.models()),
    js_llm_status: () => answer(() => link.status()),
  };
  Object.assign(scope, globals);
}

/** Only the JSON is checked here; its shape is checked by the engine, which says where it is wrong. */
function withBody(requestJson: string, open: (body: object) => EventStream): EventStream {
  try {
    return open(parsed(requestJson));
  } catch (raw) {
    return failedStream(asWireError(raw));
  }
}

/** Throws an `EngineError` for what is no JSON of an object. */
function parsed(requestJson: string): object {
  let body: unknown;
  try {
    body = JSON.parse(requestJson);
  } catch (raw) {
    throw new EngineError(malformed(raw instanceof Error ? raw.message : String(raw)));
  }
  if (typeof body !== "object" || body === null) throw new EngineError(malformed("it is not an object"));
  return body;
}

const malformed = (why: string): WireError => ({
  code: "invalid_request",
  message: `The request is not valid JSON: ${why}`,
});

/** Pyodide takes a text over character by character, bytes in one go; a short one costs less than a proxy. */
const LONG_TEXT = 4096;
const encoder = new TextEncoder();

function asJson(stream: EventStream): JsonStream {
  let cancelled = false;
  const next = async (): Promise<string | null> => {
    const batch = await stream.next();
    return batch === null ? null : JSON.stringify(batch);
  };
  return {
    next,
    next_to: (take) => {
      void next().then((json) => {
        // Who has cancelled is gone, and its function with it.
        if (!cancelled) take(json === null || json.length < LONG_TEXT ? json : encoder.encode(json));
      });
    },
    cancel: () => {
      cancelled = true;
      stream.cancel();
    },
  };
}

async function answer(ask: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await ask());
  } catch (raw) {
    const failed: CompletionFailure = { error: asWireError(raw) };
    return JSON.stringify(failed);
  }
}

/** The stream, collected: there is one code path. */
async function collect(stream: EventStream, onChunk?: (chunk: Chunk) => unknown): Promise<string> {
  const collector = new Collector();
  try {
    for (let batch = await stream.next(); batch !== null; batch = await stream.next()) {
      for (const event of batch) {
        collector.take(event);
        if (event.type === "delta") onChunk?.({ type: "delta", content: event.text });
      }
    }
    onChunk?.({ type: "done" });
    return JSON.stringify(collector.result());
  } catch (raw) {
    // The caller's callback threw: nobody reads on.
    stream.cancel();
    const failed: CompletionFailure = { error: asWireError(raw), partial: collector.text };
    return JSON.stringify(failed);
  }
}

class Collector {
  text = "";
  /** Who answers; after a recovery, who goes on. */
  private started: Extract<StreamEvent, { type: "started" | "recovered" }> | null = null;
  private finished: Extract<StreamEvent, { type: "finished" }> | null = null;
  private error: WireError | null = null;

  take(event: StreamEvent): void {
    if (event.type === "delta") this.text += event.text;
    else if (event.type === "started" || event.type === "recovered") this.started = event;
    else if (event.type === "finished") this.finished = event;
    else if (event.type === "failure") this.error = event.error;
  }

  result(): Completion | CompletionFailure {
    if (this.error !== null)
      return { error: this.error, ...(this.text === "" ? {} : { partial: this.text }) };
    if (this.started === null || this.finished === null) {
      throw new EngineError({ code: "internal", message: "The engine's answer ended without an ending." });
    }
    const { model, engine } = this.started;
    const { reason, usage, figures } = this.finished;
    return {
      id: `chatcmpl-${crypto.randomUUID()}`,
      object: "chat.completion",
      created: Math.floor(Date.now() / 1000),
      model,
      choices: [{ index: 0, message: { role: "assistant", content: this.text }, finish_reason: reason }],
      usage,
      engine,
      figures,
    };
  }
}
