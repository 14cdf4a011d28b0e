import { failure } from "./errors";
import type { EngineHost } from "./host";
import { type Services, tabOf } from "./services";

/** What the host itself answers beside loads and requests: whether it is there, a reset, who is looked at. */
export function roomServices(host: EngineHost): Services {
  const present = new Map<string, string>();
  return {
    queries: {
      ping: () => Promise.resolve({ type: "pong" }),
      reset: () =>
        host.reset()
          ? Promise.resolve({ type: "done" })
          : Promise.reject(failure("model_not_loaded", "There is no engine to reset.", "Load a model.")),
    },
    openings: {},
    presence: (client, { visible }) => {
      present.set(client.key, tabOf(client));
      host.setBackground(tabOf(client), !visible);
    },
    gone: ({ key }) => {
      const tab = present.get(key);
      present.delete(key);
      if (tab !== undefined) host.setBackground(tab, false);
    },
  };
}
