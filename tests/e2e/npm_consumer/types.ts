/** What an application relies on, so that a change of it is seen: a failed narrowing does not compile. */
import {
  type BatchFinished,
  type ChatSnapshot,
  type CompletionBody,
  createChatStore,
  EngineClient,
  EngineError,
  type ErrorCode,
  initBrowserAmplifier,
  openEngine,
  startEngine,
  type WebGPUSupport,
} from "webllm-provider";
import { startPython } from "webllm-provider/python";

type IsAny<T> = 0 extends 1 & T ? true : false;
const noAny = <T>(_value: IsAny<T> extends true ? never : T): void => undefined;

export function why(gpu: WebGPUSupport): string {
  return gpu.supported
    ? `${gpu.adapter.vendor} ${gpu.limits.maxBufferSize}`
    : `${gpu.reason}: ${gpu.hint}`;
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
  for (const event of (await client.complete(body).next()) ?? [])
    noAny(event.type);
  const python = await startPython({ engine });
  noAny(python.versions);
}

export async function steered(): Promise<BatchFinished> {
  const engine = openEngine({
    device: "cpu",
    onProgress: ({ fraction }) => noAny(fraction),
  });
  noAny((await engine.assess("id")).reason?.code);
  noAny((await engine.recommend("code"))[0]?.suggestion);
  noAny((await engine.storedModels()).models[0]?.bytes);
  noAny(
    (
      await engine.fetchModel("id", {
        meteredOk: true,
        onProgress: (step) => noAny(step.loaded_bytes),
      })
    ).bytes,
  );
  noAny((await engine.exportModel("id")).url);
  noAny((await engine.importModel(new Blob([]))).model);
  noAny(
    (await engine.addModel({ id: "own", gguf_url: "https://a.test/m.gguf" }))
      .devices,
  );
  noAny((await engine.setLadder(null)).rungs[0]?.state);
  noAny((await engine.embed(["text"])).vectors[0]?.[0]);
  noAny((await engine.diagnose())["gpu"]);
  for await (const { name, details } of engine.observe({
    signal: AbortSignal.timeout(1),
  }))
    noAny([name, details]);
  for await (const piece of engine.completeText({ prompt: "Once" }))
    noAny(piece);
  const batch = engine.batch({ job: "j", prompts: ["a"] });
  for (let step = await batch.next(); ; step = await batch.next()) {
    if (step.done === true) return step.value;
    noAny(step.value.error?.code);
  }
}

export async function viewed(): Promise<ChatSnapshot> {
  const store = createChatStore(openEngine(), { system: "Be brief." });
  const leave = store.subscribe((snapshot) =>
    noAny(snapshot.messages[0]?.state),
  );
  for await (const piece of store.streamChat("?")) noAny(piece);
  leave();
  // @ts-expect-error A snapshot is never changed.
  store.getSnapshot().messages.push();
  // @ts-expect-error Nor is what is in it.
  store.getSnapshot().isLoading = true;
  return store.getSnapshot();
}

export async function viewedSession(): Promise<void> {
  const amplifier = await initBrowserAmplifier("id");
  const store = createChatStore(amplifier.engine, {
    session: () => amplifier.python.session(),
  });
  await store.sendMessage("?");
}

// @ts-expect-error The model's id is needed.
void initBrowserAmplifier();
export const wrong: CompletionBody = {
  // @ts-expect-error A message has a role of four.
  messages: [{ role: "robot", content: "" }],
};
