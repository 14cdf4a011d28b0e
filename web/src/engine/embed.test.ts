import { expect, it } from "vitest";
import { type Embedding, embedService } from "./embed";
import { EngineFailure } from "./errors";
import { answer } from "./services";

const client = { key: "0:", name: "test" };
const query = (input: [string, ...string[]], model?: string) =>
  ({ type: "embed", id: "1", epoch: "e", input, ...(model === undefined ? {} : { model }) }) as const;

interface Asked {
  texts: readonly string[];
  model: string | undefined;
}

function hostThat(give: (text: string) => number[]): { host: Embedding; asked: Asked[] } {
  const asked: Asked[] = [];
  const host: Embedding = {
    embed: (texts, model) => {
      asked.push({ texts, model });
      return Promise.resolve({ vectors: texts.map(give), promptTokens: texts.length, model: model ?? "m" });
    },
  };
  return { host, asked };
}

it("gives a vector of length 1 for each text, in order", async () => {
  const { host } = hostThat((text) => [3 * text.length, 4 * text.length]);
  const result = await answer(embedService(host), query(["a", "bb"]), client);
  expect(result).toEqual({
    type: "embeddings",
    model: "m",
    vectors: [
      [0.6, 0.8],
      [0.6, 0.8],
    ],
    prompt_tokens: 2,
  });
});

it("lets others have their turn after every 16 texts, and stays with the model of the first", async () => {
  const { host, asked } = hostThat(() => [1]);
  const texts = Array.from({ length: 40 }, (_, index) => `t${String(index)}`);
  await answer(embedService(host), query(texts as [string, ...string[]]), client);
  expect(asked.map(({ texts }) => texts.length)).toEqual([16, 16, 8]);
  expect(asked.map(({ model }) => model)).toEqual([undefined, "m", "m"]);
  expect(asked.flatMap(({ texts }) => texts)).toEqual(texts);
});

it("refuses a vector that points nowhere", async () => {
  const { host } = hostThat(() => [0, 0]);
  const refused = answer(embedService(host), query(["a"]), client);
  await expect(refused).rejects.toBeInstanceOf(EngineFailure);
});

it("gives up what a client had asked for that is gone", () => {
  let signal: AbortSignal | undefined;
  const service = embedService({
    embed: (_texts, _model, life) => {
      signal = life;
      return new Promise(() => undefined);
    },
  });
  void answer(service, query(["a"]), client);
  service.gone?.(client);
  expect(signal?.aborted).toBe(true);
});

it("asks nothing more for a client that has gone between two turns", async () => {
  let asked = 0;
  const service = embedService({
    embed: (texts) => {
      asked += 1;
      service.gone?.(client);
      return Promise.resolve({ vectors: texts.map(() => [1]), promptTokens: 1, model: "m" });
    },
  });
  const texts = Array.from({ length: 40 }, () => "t");
  const given = answer(service, query(texts as [string, ...string[]]), client);
  await expect(given).rejects.toMatchObject({ error: { code: "aborted" } });
  expect(asked).toBe(1);
});
