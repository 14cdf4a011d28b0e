// The official client of OpenAI in a page of the site: bundled by tests/e2e/bundles.py, which gives it its package.
import OpenAI, { NotFoundError } from "openai";

const client = new OpenAI({
  baseURL: new URL("v1", document.baseURI).href,
  apiKey: "any",
  dangerouslyAllowBrowser: true,
  maxRetries: 0,
});
const asked = (content, more = {}) => ({
  model: "default",
  temperature: 0,
  messages: [{ role: "user", content }],
  ...more,
});

globalThis.openaiTests = {
  models: async () => (await client.models.list()).data.map(({ id }) => id),
  chat: async (question) => (await client.chat.completions.create(asked(question))).choices[0].message.content,
  stream: async (question) => {
    const pieces = [];
    const stream = await client.chat.completions.create(asked(question, { stream: true }));
    for await (const { choices } of stream) if (choices[0]?.delta.content) pieces.push(choices[0].delta.content);
    return pieces;
  },
  abort: async (question, more) => {
    const stream = await client.chat.completions.create(asked(question, { ...more, stream: true }));
    let count = 0;
    for await (const { choices } of stream) if (choices[0]?.delta.content && (count += 1) === 3) stream.controller.abort();
    return count;
  },
  tools: async (question, tool) => {
    const more = { tools: [tool], tool_choice: "required" };
    const { choices } = await client.chat.completions.create(asked(question, more));
    return choices[0].message.tool_calls.map((call) => [call.function.name, JSON.parse(call.function.arguments)]);
  },
  schema: async (question, schema) => {
    const response_format = { type: "json_schema", json_schema: { name: "answer", schema } };
    const { choices } = await client.chat.completions.create(asked(question, { response_format }));
    return JSON.parse(choices[0].message.content);
  },
  vectors: async (input) =>
    (await client.embeddings.create({ model: "demo-vectors", input })).data.map(({ embedding }) => embedding),
  unknown: async () => {
    try {
      await client.models.retrieve("no-such-model");
    } catch (error) {
      return [error instanceof NotFoundError, error.status, error.code];
    }
  },
};
