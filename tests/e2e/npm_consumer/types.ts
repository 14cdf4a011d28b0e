/** What an application relies on, so that a change of it is seen: a failed narrowing does not compile. */
import {
  type CompletionBody,
  EngineClient,
  EngineError,
  type ErrorCode,
  initBrowserAmplifier,
  startEngine,
  type WebGPUSupport,
} from "webllm-provider";
import { startPython } from "webllm-provider/python";

type IsAny<T> = 0 extends 1 & T ? true : false;
const noAny = <T>(_value: IsAny<T> extends true ? never : T): void => undefined;

export function why(gpu: WebGPUSupport): string {
  return gpu.supported ? `${gpu.adapter.vendor} ${gpu.limits.maxBufferSize}` : `${gpu.reason}: ${gpu.hint}`;
}

export async function whole(): Promise<ErrorCode | "done"> {
  try {
    const amplifier = await initBrowserAmplifier("id", (progress) => {
      noAny(progress);
      if (progress.part === "model") noAny(progress.loadedBytes);
    });
    const answer = await amplifier.ask("?", {
      onEvent: ({ name, payload }) => {
        noAny(name);
        noAny(payload["text"]);
      },
    });
    noAny(answer.outcome);
    noAny(amplifier.engine.models[0]?.memory_mb);
    const model = await amplifier.engine.load("other", AbortSignal.timeout(1));
    noAny(model.capabilities);
    return "done";
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
}

export async function parts(): Promise<void> {
  const engine = startEngine({ wllamaWasm: null, demo: null, models: [] });
  const client = new EngineClient(engine.connect(), { locks: navigator.locks });
  const body: CompletionBody = { messages: [{ role: "user", content: "Hi" }] };
  for (const event of (await client.complete(body).next()) ?? []) noAny(event.type);
  const python = await startPython({ engine });
  noAny(python.versions);
}

// @ts-expect-error The model's id is needed.
void initBrowserAmplifier();
// @ts-expect-error A message has a role of four.
export const wrong: CompletionBody = { messages: [{ role: "robot", content: "" }] };
