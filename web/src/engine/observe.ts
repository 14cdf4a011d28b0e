import type { EngineJournal } from "./journal";
import type { Services } from "./services";

/** The stream `observe`: every event of the engine room from now on, until it is cancelled. Notes who comes and goes. */
export function observeService(journal: EngineJournal): Services {
  return {
    queries: {},
    came: ({ key, name }) => {
      journal.record("client_connected", null, { client: key, name });
    },
    gone: ({ key, name }) => {
      journal.record("client_gone", null, { client: key, name });
    },
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
