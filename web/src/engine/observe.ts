import type { EngineJournal } from "./journal";
import type { Services } from "./services";

/** The stream `observe`: every event of the engine room from now on, until it is cancelled. */
export function observeService(journal: EngineJournal): Services {
  return {
    queries: {},
    openings: {
      observe: (_command, sink, signal) =>
        new Promise((resolve) => {
          journal.onEvent((event) => {
            sink.push({ type: "observed", event });
          }, signal);
          const end = (): void => {
            sink.finish({
              type: "failure",
              error: { code: "aborted", message: "The observation was cancelled." },
            });
            resolve();
          };
          if (signal.aborted) end();
          else signal.addEventListener("abort", end, { once: true });
        }),
    },
  };
}
