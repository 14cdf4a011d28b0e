/** A view without a framework: the snapshot is the page. */
import {
  type ChatStore,
  createChatStore,
  type ModelEngine,
  openEngine,
} from "webllm-provider";

declare global {
  var chat: ChatStore;
  var engine: ModelEngine;
}

globalThis.engine = openEngine({ site: "https://your.site/", device: "cpu" });
globalThis.chat = createChatStore(engine, { body: { temperature: 0 } });
chat.subscribe(({ activeModel, isLoading, messages, error }) => {
  const view = document.querySelector("#view");
  const lines = messages.map(
    ({ role, state, text }) => `${role} ${state}: ${text}`,
  );
  if (view !== null)
    view.textContent = [
      error?.code ?? (isLoading ? "loading" : (activeModel?.id ?? "empty")),
      ...lines,
    ].join("\n");
});
