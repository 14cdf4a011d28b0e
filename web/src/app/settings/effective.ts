/** What a session is made with: the choices for everywhere and, over them, those of one conversation (pure). */
import type { AnswerFormat, RemoteServer, Sampling, SessionSettings } from "../../protocol/wire";
import type { Choices, Mode } from "./choices";
import type { Server } from "./server";

export interface ServerAccess {
  server: Server;
  /** Empty: the server asks for none. */
  key: string;
}

/** Who answers, with whatever may stand in the way of it counted in. */
export function effectiveMode({ mode, privacy }: Choices, { server }: ServerAccess): Mode {
  // A rule of privacy outweighs the mode, and a server without an address is none.
  return privacy === "local_only" || server.base_url === "" ? "client_side" : (mode ?? "client_side");
}

/** The choices that count in a conversation: its own, else those for everywhere. */
export function joined(everywhere: Choices, here: Choices): Choices {
  const both = { ...everywhere, ...here };
  // What has to stay on this device stays there, whichever of the two says so.
  return everywhere.privacy === "local_only" ? { ...both, privacy: "local_only" } : both;
}

export function effectiveSettings(
  everywhere: Choices,
  here: Choices,
  access: ServerAccess,
): SessionSettings {
  const choices = joined(everywhere, here);
  const sampling = samplingOf(choices);
  const mode = effectiveMode(choices, access);
  const format = formatOf(choices);
  return {
    ...(Object.keys(sampling).length === 0 ? {} : { sampling }),
    ...(choices.context_tokens === undefined ? {} : { context_tokens: choices.context_tokens }),
    ...(choices.thinks === undefined ? {} : { reasoning_effort: choices.thinks ? "medium" : "none" }),
    ...(format === null ? {} : { answer_format: format }),
    ...(choices.privacy === undefined ? {} : { privacy: choices.privacy }),
    // A server that answers nothing, and above all its key, is told to nobody.
    ...(mode === "client_side" ? {} : { mode, server: remote(access) }),
  };
}

/** What of the choices a request for an answer carries. */
export function samplingOf(choices: Choices): Sampling {
  const { temperature, top_p, top_k, max_tokens, frequency_penalty, presence_penalty, seed, stop } = choices;
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(top_p === undefined ? {} : { top_p }),
    ...(top_k === undefined ? {} : { top_k }),
    ...(max_tokens === undefined ? {} : { max_tokens }),
    ...(frequency_penalty === undefined ? {} : { frequency_penalty }),
    ...(presence_penalty === undefined ? {} : { presence_penalty }),
    ...(seed === undefined ? {} : { seed }),
    ...(stop === undefined ? {} : { stop: [...stop] }),
  };
}

function formatOf({ format, schema }: Choices): AnswerFormat | null {
  switch (format) {
    case undefined:
    case "text":
      return null;
    case "json":
      return { type: "json" };
    case "json_schema":
      // Without a schema there is nothing to hold the answer to but JSON itself.
      return schema === undefined
        ? { type: "json" }
        : { type: "json_schema", schema: JSON.parse(schema) as NonNullable<AnswerFormat["schema"]> };
  }
}

function remote({ server, key }: ServerAccess): RemoteServer {
  return {
    base_url: server.base_url,
    ...(key === "" ? {} : { api_key: key }),
    ...(server.model === "" ? {} : { model: server.model }),
  };
}
