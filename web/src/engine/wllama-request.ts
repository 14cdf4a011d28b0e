import type { ChatCompletionMessage, ChatCompletionParams, RawCompletionParams } from "@wllama/wllama";
import type { BodyMessage, CompletionBody, TextCompletionBody } from "../protocol/wire";
import { canBeContinued } from "../protocol/continuing";
import { type EngineFailure, failure, heldAnswer } from "./errors";
import { constraintGrammar } from "./gbnf-constraint";

/** llama.cpp's server, which answers here, reads OpenAI's names; wllama's types lag behind it. */
export type WllamaRequest = ChatCompletionParams & {
  stop?: string | string[];
  frequency_penalty?: number;
  presence_penalty?: number;
  /** What the model's own chat template reads. */
  chat_template_kwargs?: Record<string, unknown>;
  /** GBNF, for the whole answer. */
  grammar?: string;
};

/** The same for a text without a chat template. */
export type WllamaTextRequest = RawCompletionParams & {
  stop?: string | string[];
  cache_prompt?: boolean;
  timings_per_token?: boolean;
};

/**
 * An engine-neutral body as wllama's request (pure). What cannot be done is refused by name: nothing is dropped.
 * Throws `invalid_request`, `unsupported` and `grammar_failed`.
 */
export function toWllamaRequest(body: CompletionBody): WllamaRequest {
  refuseUnknown(body);
  return {
    messages: [...body.messages.map(toMessage), ...begun(body)],
    cache_prompt: true,
    // Figures with every token: an answer that is cancelled has no last chunk.
    timings_per_token: true,
    ...(body.temperature === undefined ? {} : { temperature: body.temperature }),
    ...(body.top_p === undefined ? {} : { top_p: body.top_p }),
    ...(body.top_k === undefined ? {} : { top_k: body.top_k }),
    ...(body.max_tokens === undefined ? {} : { max_tokens: body.max_tokens }),
    ...(body.stop === undefined ? {} : { stop: body.stop }),
    ...(body.seed === undefined ? {} : { seed: body.seed }),
    ...(body.frequency_penalty === undefined ? {} : { frequency_penalty: body.frequency_penalty }),
    ...(body.presence_penalty === undefined ? {} : { presence_penalty: body.presence_penalty }),
    ...(body.enable_thinking === undefined
      ? {}
      : { chat_template_kwargs: { enable_thinking: body.enable_thinking } }),
    ...output(body),
  };
}

/** The same for a text without a chat template (pure). */
export function toWllamaText(body: TextCompletionBody): WllamaTextRequest {
  return {
    prompt: body.prompt,
    cache_prompt: true,
    timings_per_token: true,
    ...(body.temperature === undefined ? {} : { temperature: body.temperature }),
    ...(body.top_p === undefined ? {} : { top_p: body.top_p }),
    ...(body.max_tokens === undefined ? {} : { max_tokens: body.max_tokens }),
    ...(body.stop === undefined ? {} : { stop: body.stop }),
    ...(body.seed === undefined ? {} : { seed: body.seed }),
  };
}

function refuseUnknown(body: CompletionBody): void {
  const last = body.messages.at(-1)?.role;
  if (last !== "user" && last !== "tool") {
    // It would go on with the answer; WebLLM cannot, and a body means the same on both.
    throw failure("invalid_request", "The last message must come from the user or a tool.");
  }
  if (body.logprobs === true || body.top_logprobs !== undefined) {
    throw cannot("logprobs", "the stream has no place for them");
  }
  const calls = body.messages.some((message) => message.tool_calls !== undefined);
  if (body.tools !== undefined || body.tool_choice !== undefined || calls) {
    throw cannot("tools", "the caller must write tools into the messages");
  }
}

/** llama.cpp goes on with a last message that is the assistant's. */
function begun(body: CompletionBody): ChatCompletionMessage[] {
  const { continue_text: content = "" } = body;
  if (content === "") return [];
  if (!canBeContinued(body, content)) throw heldAnswer();
  return [{ role: "assistant", content }];
}

function cannot(field: string, because: string): EngineFailure {
  return failure(
    "invalid_request",
    `The CPU engine does not take "${field}": ${because}.`,
    `Leave "${field}" out.`,
    {
      field,
    },
  );
}

function toMessage(message: BodyMessage): ChatCompletionMessage {
  const content = plainText(message);
  const { role } = message;
  return role === "tool" ? { role, content, tool_call_id: message.tool_call_id ?? "" } : { role, content };
}

function plainText({ content }: BodyMessage): string {
  if (typeof content === "string") return content;
  return content
    .map((part) => {
      if (part.type === "text") return part.text;
      throw failure("unsupported", "The CPU engine cannot see images.", "Load a vision model on WebGPU.");
    })
    .join("");
}

/** What the answer is held to. */
function output({
  constraint,
  response_format: format,
}: CompletionBody): Pick<WllamaRequest, "grammar" | "response_format"> {
  if (constraint === undefined) return responseFormat(format);
  if (format !== undefined && format.type !== "text") {
    throw failure("invalid_request", "A request cannot have both a constraint and a response_format.");
  }
  return { grammar: constraintGrammar(constraint) };
}

function responseFormat(format: CompletionBody["response_format"]): Pick<WllamaRequest, "response_format"> {
  if (format === undefined || format.type === "text") return {};
  if (format.type === "json_object") {
    const schema: unknown = typeof format.schema === "string" ? JSON.parse(format.schema) : format.schema;
    return { response_format: asSchema(schema ?? { type: "object" }) };
  }
  const wrapped = format.json_schema;
  if (
    format.type === "json_schema" &&
    typeof wrapped === "object" &&
    wrapped !== null &&
    "schema" in wrapped
  ) {
    return { response_format: asSchema(wrapped.schema) };
  }
  throw failure(
    "invalid_request",
    `The response_format ${JSON.stringify(format.type)} is not one that this engine knows.`,
    'Use "json_object", or "json_schema" with a schema.',
    { field: "response_format" },
  );
}

const asSchema = (schema: unknown): WllamaRequest["response_format"] => ({
  type: "json_schema",
  json_schema: { name: "answer", schema, strict: true },
});
