import { describe, expect, it } from "vitest";
import type { CompletionBody } from "../protocol/wire";
import { ask } from "../testing/rig";
import { EngineFailure } from "./errors";
import { toWebLLMRequest } from "./webllm-request";
import { toWllamaRequest } from "./wllama-request";

const plain = { templatedRoles: new Set<string>(), vision: false, conversation: null };
const schema = { type: "object", properties: { text: { type: "string" } } };
const constraint = {
  triggers: ["<tool_call>"] as [string],
  tags: [{ begin: "<tool_call>", schema, end: "</tool_call>" }] as [
    { begin: string; schema: object; end: string },
  ],
  at_least_one: true,
  stop_after_first: false,
} as unknown as NonNullable<CompletionBody["constraint"]>;

function refusal(act: () => unknown): unknown {
  try {
    act();
  } catch (raw) {
    if (raw instanceof EngineFailure) return raw.error;
    throw raw;
  }
  throw new Error("It was not refused.");
}

const engines = [
  ["WebLLM", (body: CompletionBody) => toWebLLMRequest(body, plain)],
  ["wllama", toWllamaRequest],
] as const;

describe.each(engines)("a request for %s", (_name, convert) => {
  it("carries the sampling that was asked for, zeros included, and nothing that was not", () => {
    const body = ask("hi", {
      temperature: 0,
      top_p: 0.9,
      max_tokens: 7,
      stop: ["END"],
      seed: 0,
      presence_penalty: 0.5,
    });
    expect(convert(body)).toMatchObject({
      temperature: 0,
      top_p: 0.9,
      max_tokens: 7,
      stop: ["END"],
      seed: 0,
      presence_penalty: 0.5,
    });
    expect(convert(ask("hi"))).not.toHaveProperty("temperature");
  });

  it.each([
    ["tools", { tools: [] }],
    ["tools", { tool_choice: "auto" }],
    ["logprobs", { logprobs: true }],
    ["logprobs", { top_logprobs: 2 }],
  ])("refuses %s by name rather than drop them", (field, more) => {
    expect(refusal(() => convert(ask("hi", more)))).toMatchObject({
      code: "invalid_request",
      details: { field },
    });
  });

  it("refuses a constraint beside a response_format", () => {
    const both = ask("hi", { constraint, response_format: { type: "json_object" } });
    expect(refusal(() => convert(both))).toMatchObject({ code: "invalid_request" });
  });

  it("refuses an image when the model cannot see", () => {
    const body: CompletionBody = {
      messages: [
        { role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AA==" } }] },
      ],
    };
    expect(refusal(() => convert(body))).toMatchObject({ code: "unsupported" });
  });

  it("joins the text parts of a message", () => {
    const body: CompletionBody = {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "one " },
            { type: "text", text: "two" },
          ],
        },
      ],
    };
    expect(convert(body).messages).toEqual([{ role: "user", content: "one two" }]);
  });

  it("refuses a response_format that it does not know", () => {
    expect(refusal(() => convert(ask("hi", { response_format: { type: "yaml" } })))).toMatchObject({
      code: "invalid_request",
      details: { field: "response_format" },
    });
  });
});

describe("a request for WebLLM", () => {
  it("lowers a constraint to structural tags", () => {
    expect(toWebLLMRequest(ask("hi", { constraint }), plain).response_format).toEqual({
      type: "structural_tag",
      structural_tag: {
        type: "structural_tag",
        format: {
          type: "triggered_tags",
          triggers: ["<tool_call>"],
          tags: [
            {
              type: "tag",
              begin: "<tool_call>",
              content: { type: "json_schema", json_schema: schema },
              end: "</tool_call>",
            },
          ],
          at_least_one: true,
          stop_after_first: false,
        },
      },
    });
  });

  it("lets a bounded text that opens no call stand before a call that must come", () => {
    const patterns: [string[], string][] = [
      [["<tool_call>"], "[^<]{0,7}"],
      [["[CALLS]", "^", "-", "]", "\\"], "[^\\[\\^\\-\\]\\\\]{0,7}"],
    ];
    for (const [triggers, pattern] of patterns) {
      const request = toWebLLMRequest(
        ask("hi", {
          constraint: { ...constraint, triggers: triggers as [string, ...string[]], text_first: 7 },
        }),
        plain,
      );
      expect(request.response_format).toMatchObject({
        structural_tag: {
          format: {
            type: "sequence",
            elements: [
              { type: "regex", pattern },
              { type: "triggered_tags", triggers, at_least_one: true },
            ],
          },
        },
      });
      expect(new RegExp(`^${pattern}$`).test(triggers[0] ?? "")).toBe(false);
      expect(new RegExp(`^${pattern}$`).test("a well")).toBe(true);
    }
  });

  it("gives every JSON answer a schema as text, as WebLLM wants it", () => {
    const formats: [Record<string, unknown>, unknown][] = [
      [{ type: "json_object" }, { type: "object" }],
      [{ type: "json_object", schema: JSON.stringify(schema) }, schema],
      [{ type: "json_schema", json_schema: { name: "note", schema } }, schema],
    ];
    for (const [response_format, expected] of formats) {
      const format = toWebLLMRequest(ask("hi", { response_format }), plain).response_format;
      expect(format?.type).toBe("json_object");
      expect(JSON.parse(format?.schema ?? "")).toEqual(expected);
    }
  });

  it("turns thinking on and off only where that was asked for", () => {
    expect(toWebLLMRequest(ask("hi", { enable_thinking: false }), plain).extra_body).toEqual({
      enable_thinking: false,
    });
    expect(toWebLLMRequest(ask("hi"), plain)).not.toHaveProperty("extra_body");
    expect(toWllamaRequest(ask("hi", { enable_thinking: true })).chat_template_kwargs).toEqual({
      enable_thinking: true,
    });
  });

  it("refuses top_k, which WebLLM does not have", () => {
    expect(refusal(() => toWebLLMRequest(ask("hi", { top_k: 4 }), plain))).toMatchObject({
      details: { field: "top_k" },
    });
  });

  it("writes a dollar twice where WebLLM puts text into a template, so that it arrives once", () => {
    const body: CompletionBody = {
      messages: [
        { role: "system", content: "It costs $& and $$5." },
        { role: "user", content: "$1?" },
      ],
    };
    const seen = (request: { messages: { content?: unknown }[] }): string[] =>
      request.messages.map(({ content }) => "{text}".replace("{text}", String(content)));
    expect(toWebLLMRequest(body, plain).messages[1]?.content).toBe("$1?");
    expect(seen(toWebLLMRequest(body, { ...plain, templatedRoles: new Set(["user"]) }))).toEqual([
      "It costs $& and $$5.",
      "$1?",
    ]);
  });

  it("gives a model that sees its images beside one text", () => {
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } } as const;
    const body: CompletionBody = {
      messages: [
        {
          role: "user",
          content: [{ type: "text", text: "What is " }, image, { type: "text", text: "this?" }],
        },
      ],
    };
    expect(toWebLLMRequest(body, { ...plain, vision: true }).messages).toEqual([
      { role: "user", content: [image, { type: "text", text: "What is this?" }] },
    ]);
  });
});

describe("a request for wllama", () => {
  it("passes top_k on, lowers a constraint to a grammar, and refuses an answer to go on with", () => {
    expect(toWllamaRequest(ask("hi", { top_k: 4 })).top_k).toBe(4);
    const held = toWllamaRequest(ask("hi", { constraint }));
    expect(held.grammar).toContain("<tool_call>");
    expect(held).not.toHaveProperty("response_format");
    expect(refusal(() => toWllamaRequest({ messages: [{ role: "assistant", content: "I" }] }))).toMatchObject(
      {
        code: "invalid_request",
      },
    );
  });

  it("gives every JSON answer a schema", () => {
    expect(toWllamaRequest(ask("hi", { response_format: { type: "json_object" } })).response_format).toEqual({
      type: "json_schema",
      json_schema: { name: "answer", schema: { type: "object" }, strict: true },
    });
  });
});
