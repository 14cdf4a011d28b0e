/** Plain requests of `/v1`: of `webllm-api`, or of a site of this project without any server. */
import { answerOf } from "./api-error";
import type { Asker, CardsAsked } from "./asker";
import { cardsPrompt, cardsSchema } from "./flashcards";

export interface HttpAskerOptions {
  root: URL;
  modelId: string | undefined;
  token: string | undefined;
  fetch: typeof globalThis.fetch;
}

interface ModelList {
  data: { id: string }[];
}

interface ChatCompletion {
  choices: { message: { content: string } }[];
}

export class HttpAsker implements Asker {
  model: string | null;
  readonly #life = new AbortController();

  constructor(private readonly options: HttpAskerOptions) {
    this.model = options.modelId ?? null;
  }

  async initialize(): Promise<void> {
    const { data } = await this.#ask<ModelList>("v1/models", null, undefined);
    this.model ??= data[0]?.id ?? null;
  }

  async cards({ request, onProgress, keep, signal }: CardsAsked): Promise<unknown> {
    const { topic, count, ...settings } = request;
    onProgress({ progress: 10, message: "Generating" });
    const said = await this.#ask<ChatCompletion>(
      "v1/chat/completions",
      {
        model: this.model ?? "default",
        messages: [{ role: "user", content: cardsPrompt({ topic, count }) }],
        response_format: { type: "json_schema", json_schema: { name: "cards", schema: cardsSchema(count) } },
        ...settings,
      },
      signal,
    );
    const { cards } = JSON.parse(said.choices[0]?.message.content ?? "{}") as { cards?: unknown };
    await keep(cards);
    onProgress({ progress: 100, message: "Done" });
    return cards;
  }

  close(): void {
    this.#life.abort();
  }

  async #ask<T>(path: string, body: object | null, signal: AbortSignal | undefined): Promise<T> {
    const { root, token, fetch } = this.options;
    const response = await fetch(new URL(path, root), {
      method: body === null ? "GET" : "POST",
      headers: {
        ...(body === null ? {} : { "Content-Type": "application/json" }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: body === null ? null : JSON.stringify(body),
      signal: AbortSignal.any(signal === undefined ? [this.#life.signal] : [this.#life.signal, signal]),
    });
    return answerOf<T>(response);
  }
}
