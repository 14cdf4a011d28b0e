import type { Priority, TextCompletionBody } from "../protocol/wire";
import type { EventSink } from "./host";
import { type Services, tabOf } from "./services";

/** What text completion needs of the engine host. */
export interface TextAnswering {
  completeText(
    id: string,
    body: TextCompletionBody,
    sink: EventSink,
    from: { client: string; priority: Priority },
  ): void;
  cancel(id: string): boolean;
}

/** The stream `complete_text`: queued, answered and cancelled like a completion. */
export function textCompletionService(host: TextAnswering): Services {
  return {
    queries: {},
    openings: {
      complete_text: ({ id, body, priority = "chat" }, sink, signal, client) =>
        new Promise((resolve) => {
          const own = `${client.key}text:${id}`;
          const cancel = (): void => {
            host.cancel(own);
          };
          const ending: EventSink = {
            push: (event) => {
              sink.push(event);
            },
            finish: (event) => {
              signal.removeEventListener("abort", cancel);
              sink.finish(event);
              resolve();
            },
          };
          signal.addEventListener("abort", cancel, { once: true });
          host.completeText(own, body, ending, { client: tabOf(client), priority });
          if (signal.aborted) cancel();
        }),
    },
  };
}
