/**
 * An engine worker whose engine says word after word, as fast as it can. Everything around the engine is real:
 * server, host, queue, batcher. For measurements of what lies behind an engine; no part of the site.
 */
import type { CompletionBody } from "../protocol/wire";
import { Catalogue, type CatalogueEntry } from "../models/catalogue";
import type { FromWorker, ToWorker } from "./frame-messages";
import { EngineHost } from "./host";
import { type Script, ScriptedEngine, type Together } from "./scripted";
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

const PARAGRAPH = WORDS.join("");

function* words(count: number): Generator<string> {
  for (let said = 0; said < count; said++) yield WORDS[said % WORDS.length] ?? "";
}

/** The same words, so many paragraphs in one text: making them is to cost as little as can be. */
function* paragraphs(count: number, together: number): Generator<Together> {
  const whole: Together = { text: PARAGRAPH.repeat(together), pieces: WORDS.length * together };
  let left = count;
  for (; left >= whole.pieces; left -= whole.pieces) yield whole;
  if (left > 0) yield { text: [...words(left)].join(""), pieces: left };
}

/** How long an answer is: the first message to this worker may say it, else each request does. */
interface Sources {
  tokens?: number;
  /** Between two tokens. Without it several are said in one turn of the event loop. */
  pauseMs?: number;
  /** Paragraphs that are said in one turn of the event loop. */
  together?: number;
}

let fixed: Sources = {};

function script(body: CompletionBody): Script {
  const { tokens = body.max_tokens ?? WORDS.length, pauseMs, together = 1 } = fixed;
  const end: Script["end"] = { reason: "stop" };
  return pauseMs === undefined
    ? { deltas: paragraphs(tokens, together), end }
    : { deltas: words(tokens), pauseMs, end };
}

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
