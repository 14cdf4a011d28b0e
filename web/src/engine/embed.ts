import type { Priority } from "../protocol/wire";
import type { Vectors } from "./engine";
import { aborted, failure } from "./errors";
import { type Client, type Services, tabOf } from "./services";

/** What embeddings need of the engine host. */
export interface Embedding {
  /** Queues some texts. Rejects with an `EngineFailure`; when `signal` aborts, with `aborted`. */
  embed(
    texts: readonly string[],
    model: string | undefined,
    signal: AbortSignal,
    from: { client: string; priority: Priority },
  ): Promise<Vectors & { model: string }>;
}

/** Texts that take one turn in the engine's queue: a chat does not wait for a whole library. */
const TEXTS_A_TURN = 16;

/** The query `embed`: one vector of length 1 for each text, in order. */
export function embedService(host: Embedding): Services {
  const lives = new Map<string, AbortController>();
  const lifeOf = ({ key }: Client): AbortSignal => {
    const life = lives.get(key) ?? new AbortController();
    lives.set(key, life);
    return life.signal;
  };
  return {
    queries: {
      embed: async ({ input, model }, client) => {
        const turns = chunks(input);
        // Taken once: whose port has closed gets no other life.
        const signal = lifeOf(client);
        const from = { client: tabOf(client), priority: "side" as const };
        const answers: (Vectors & { model: string })[] = [];
        for (const texts of turns) {
          if (signal.aborted) throw aborted("request");
          // Every turn asks the model that answered the first one: vectors of two models cannot be compared.
          const wanted = answers[0]?.model ?? model;
          answers.push(await host.embed(texts, wanted, signal, from));
        }
        return {
          type: "embeddings",
          model: answers[0]?.model ?? "",
          vectors: answers.flatMap(({ vectors }) => vectors.map(unit)),
          prompt_tokens: answers.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
        };
      },
    },
    openings: {},
    gone: ({ key }) => {
      lives.get(key)?.abort();
      lives.delete(key);
    },
  };
}

function chunks(texts: readonly string[]): string[][] {
  const count = Math.ceil(texts.length / TEXTS_A_TURN);
  return Array.from({ length: count }, (_, index) =>
    texts.slice(index * TEXTS_A_TURN, (index + 1) * TEXTS_A_TURN),
  );
}

/** The same direction with length 1: then a dot product is the cosine. */
function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  if (length > 0 && Number.isFinite(length)) return vector.map((value) => value / length);
  throw failure("engine_failed", "The model gave a vector without a direction.", "Load the model again.");
}
