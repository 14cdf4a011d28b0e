/**
 * An engine worker whose engine says word after word, as fast as it can. Everything around the engine is real:
 * server, host, queue, batcher. For measurements of what lies behind an engine; no part of the site.
 */
import type { CompletionBody } from "../protocol/wire";
import { Catalogue, type CatalogueEntry } from "../models/catalogue";
import type { FromWorker, ToWorker } from "./frame-messages";
import { EngineHost } from "./host";
import { type Script, ScriptedEngine } from "./scripted";
import { EngineServer } from "./server";

declare const self: DedicatedWorkerGlobalScope;

const SCRIPTED_MODEL_ID = "scripted-1";

/** A sentence of nine words, about as long as tokens of English text are; a paragraph is six of them. */
const SENTENCE = "It says one word after another, quickly, without end. ";
const WORDS = `${SENTENCE.repeat(5)}${SENTENCE.trim()}\n\n`.split(/(?<= |\n\n)/);

const ENTRY: CatalogueEntry = {
  kind: "text",
  record: {
    id: SCRIPTED_MODEL_ID,
    name: "Scripted",
    devices: ["cpu"],
    download_bytes: 0,
    memory_mb: 0,
    context_window: 1_000_000,
    quantization: "none",
    required_features: [],
    low_resource: true,
    embedded: false,
  },
};

function* words(count: number): Generator<string> {
  for (let said = 0; said < count; said++) yield WORDS[said % WORDS.length] ?? "";
}

/** How long an answer is: the first message to this worker may say it, else each request does. */
interface Sources {
  tokens?: number;
  /** Between two tokens; none by default. */
  pauseMs?: number;
}

/** A turn of the event loop costs more than all that becomes of a word: what is measured lies behind the engine. */
const TOGETHER = 64;

let fixed: Sources = {};
const script = (body: CompletionBody): Script => ({
  deltas: words(fixed.tokens ?? body.max_tokens ?? WORDS.length),
  ...(fixed.pauseMs === undefined ? { together: TOGETHER } : { pauseMs: fixed.pauseMs }),
  end: { reason: "stop" },
});

const epoch = crypto.randomUUID();
const lock = `webllm-provider-engine-${epoch}`;
const host = new EngineHost({
  catalogue: new Catalogue([ENTRY]),
  choose: () => Promise.resolve({ device: "cpu", create: () => new ScriptedEngine(script) }),
});
const server = new EngineServer(host, { epoch, lock });

self.addEventListener("message", ({ data, ports }: MessageEvent<ToWorker<Sources>>) => {
  if (data.type === "connect") {
    for (const port of ports) server.accept(port);
    return;
  }
  fixed = data.sources;
  const started: FromWorker = { type: "started" };
  void navigator.locks.request(lock, () => {
    self.postMessage(started);
    return new Promise<never>(() => undefined);
  });
});
