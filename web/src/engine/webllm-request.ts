import type {
  ChatCompletionMessageParam,
  ChatCompletionRequestStreaming,
  CompletionCreateParamsStreaming,
  ResponseFormat,
} from "@mlc-ai/web-llm";
import type { BodyMessage, CompletionBody, Constraint, TextCompletionBody } from "../protocol/wire";
import { canBeContinued } from "../protocol/continuing";
import { type EngineFailure, failure, heldAnswer } from "./errors";
import { screenSchema } from "./schema-screen";
import { type ConversationTemplate, writtenOut } from "./webllm-template";

/** What of a model's own configuration decides how a request must be written for WebLLM. */
export interface TemplateFacts {
  /** The roles whose text goes through a template, beside the system's, which always does. */
  templatedRoles: ReadonlySet<string>;
  vision: boolean;
  /** How its conversations look; null where they cannot be written out as text. */
  conversation: ConversationTemplate | null;
}

/**
 * An engine-neutral body as WebLLM's request (pure). What WebLLM cannot do is refused by name: nothing is dropped.
 * Throws `invalid_request` and `unsupported`.
 */
export function toWebLLMRequest(body: CompletionBody, facts: TemplateFacts): ChatCompletionRequestStreaming {
  refuseUnknown(body);
  const format = responseFormat(body);
  return {
    messages: body.messages.map((message) => toMessage(message, facts)),
    stream: true,
    stream_options: { include_usage: true },
    ...(body.temperature === undefined ? {} : { temperature: body.temperature }),
    ...(body.top_p === undefined ? {} : { top_p: body.top_p }),
    ...(body.max_tokens === undefined ? {} : { max_tokens: body.max_tokens }),
    ...(body.stop === undefined ? {} : { stop: body.stop }),
    ...(body.seed === undefined ? {} : { seed: body.seed }),
    ...(body.frequency_penalty === undefined ? {} : { frequency_penalty: body.frequency_penalty }),
    ...(body.presence_penalty === undefined ? {} : { presence_penalty: body.presence_penalty }),
    ...(body.enable_thinking === undefined ? {} : { extra_body: { enable_thinking: body.enable_thinking } }),
    ...(format === null ? {} : { response_format: format }),
  };
}

/**
 * The continuation of an answer as a request for text (pure): WebLLM wants the last word of a chat to be the user's.
 * Throws what `toWebLLMRequest` throws, and `unsupported` where the conversation cannot be written out.
 */
export function toWebLLMContinuation(
  body: CompletionBody,
  said: string,
  facts: TemplateFacts,
): CompletionCreateParamsStreaming {
  if (!canBeContinued(body, said)) throw heldAnswer();
  // WebLLM holds no text to a grammar. Calls that may still come are free here, and checked by whoever asked.
  const { messages, ...sampling } = toWebLLMRequest(body, facts);
  const text = facts.conversation !== null && messages.every(({ content }) => typeof content === "string");
  if (!text || facts.conversation === null) {
    throw failure("unsupported", "The loaded model cannot go on with an answer that was cut.", "Ask again.");
  }
  delete sampling.response_format;
  delete sampling.extra_body;
  return { ...sampling, prompt: writtenOut(body.messages, facts.conversation, body.enable_thinking) + said };
}

/** The same for a text without a chat template (pure). */
export function toWebLLMText(body: TextCompletionBody): CompletionCreateParamsStreaming {
  return {
    prompt: body.prompt,
    stream: true,
    stream_options: { include_usage: true },
    ...(body.temperature === undefined ? {} : { temperature: body.temperature }),
    ...(body.top_p === undefined ? {} : { top_p: body.top_p }),
    ...(body.max_tokens === undefined ? {} : { max_tokens: body.max_tokens }),
    ...(body.stop === undefined ? {} : { stop: body.stop }),
    ...(body.seed === undefined ? {} : { seed: body.seed }),
  };
}

function refuseUnknown(body: CompletionBody): void {
  if (body.top_k !== undefined) throw cannot("top_k", "WebLLM samples without top_k");
  if (body.logprobs === true || body.top_logprobs !== undefined) {
    throw cannot("logprobs", "the stream has no place for them");
  }
  const calls = body.messages.some((message) => message.tool_calls !== undefined);
  if (body.tools !== undefined || body.tool_choice !== undefined || calls) {
    throw cannot("tools", "the caller must write tools into the messages and constrain the answer");
  }
}

function cannot(field: string, because: string): EngineFailure {
  return failure(
    "invalid_request",
    `This engine does not take "${field}": ${because}.`,
    `Leave "${field}" out.`,
    {
      field,
    },
  );
}

function toMessage(message: BodyMessage, facts: TemplateFacts): ChatCompletionMessageParam {
  const { role } = message;
  switch (role) {
    case "system":
      return { role, content: escaped(plainText(message), "system", facts) };
    case "assistant":
      return { role, content: escaped(plainText(message), role, facts) };
    case "tool":
      return {
        role,
        content: escaped(plainText(message), role, facts),
        tool_call_id: message.tool_call_id ?? "",
      };
    case "user":
      return {
        role,
        content: facts.vision ? userParts(message, facts) : escaped(plainText(message), role, facts),
      };
    default:
      return role satisfies never;
  }
}

function plainText({ content }: BodyMessage): string {
  if (typeof content === "string") return content;
  return content
    .map((part) => {
      if (part.type === "text") return part.text;
      throw failure("unsupported", "The loaded model cannot see images.", "Load a vision model.");
    })
    .join("");
}

type UserContent = Extract<ChatCompletionMessageParam, { role: "user" }>["content"];

/** WebLLM takes images only beside one text, not several. */
function userParts({ role, content }: BodyMessage, facts: TemplateFacts): UserContent {
  if (typeof content === "string") return escaped(content, role, facts);
  const images = content.filter((part) => part.type === "image_url");
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  return [...images, { type: "text", text: escaped(text, role, facts) }];
}

/**
 * WebLLM puts text into templates by `String.replace`, where `$&` and its like have a meaning of their own:
 * a `$` has to be written twice to arrive once.
 */
function escaped(text: string, role: string, facts: TemplateFacts): string {
  return role === "system" || facts.templatedRoles.has(role) ? text.replaceAll("$", "$$$$") : text;
}

function responseFormat(body: CompletionBody): ResponseFormat | null {
  const { constraint, response_format: format } = body;
  if (constraint !== undefined) {
    if (format !== undefined && format.type !== "text") {
      throw failure("invalid_request", "A request cannot have both a constraint and a response_format.");
    }
    return { type: "structural_tag", structural_tag: structuralTag(constraint) };
  }
  if (format === undefined || format.type === "text") return null;
  const schema = jsonSchemaOf(format);
  screenSchema(parsed(schema));
  return { type: "json_object", schema };
}

function parsed(schema: string): unknown {
  try {
    return JSON.parse(schema);
  } catch {
    throw failure("invalid_request", "The schema of the response_format is not JSON.", undefined, {
      field: "response_format",
    });
  }
}

/** The schema as text, as WebLLM wants it. OpenAI's `json_object` promises an object, and so does this. */
function jsonSchemaOf(format: Record<string, unknown>): string {
  if (format.type === "json_object") {
    return typeof format.schema === "string"
      ? format.schema
      : JSON.stringify(format.schema ?? { type: "object" });
  }
  const wrapped: unknown = format.json_schema;
  if (
    format.type === "json_schema" &&
    typeof wrapped === "object" &&
    wrapped !== null &&
    "schema" in wrapped
  ) {
    return JSON.stringify(wrapped.schema);
  }
  throw failure(
    "invalid_request",
    `The response_format ${JSON.stringify(format.type)} is not one that this engine knows.`,
    'Use "json_object", or "json_schema" with a schema.',
    { field: "response_format" },
  );
}

/** XGrammar's own types are not published with WebLLM. */
interface TriggeredTags {
  type: "triggered_tags";
  triggers: string[];
  tags: {
    type: "tag";
    begin: string;
    content: { type: "json_schema"; json_schema: object };
    end: string;
  }[];
  at_least_one: boolean;
  stop_after_first: boolean;
}

interface StructuralTag {
  type: "structural_tag";
  format: TriggeredTags | { type: "sequence"; elements: [{ type: "regex"; pattern: string }, TriggeredTags] };
}

/** A constraint in XGrammar's words. */
function structuralTag(constraint: Constraint): StructuralTag {
  const { triggers, tags, at_least_one, stop_after_first, text_first: most } = constraint;
  for (const { schema } of tags) screenSchema(schema);
  const format: TriggeredTags = {
    type: "triggered_tags",
    triggers,
    tags: tags.map(({ begin, schema, end }) => ({
      type: "tag",
      begin,
      content: { type: "json_schema", json_schema: schema },
      end,
    })),
    at_least_one,
    stop_after_first,
  };
  if (!at_least_one || most === undefined) return { type: "structural_tag", format };
  return {
    type: "structural_tag",
    format: { type: "sequence", elements: [{ type: "regex", pattern: textPattern(triggers, most) }, format] },
  };
}

/** A text in which no trigger can begin, and which ends: a model that must go on need not. */
function textPattern(triggers: readonly string[], most: number): string {
  const first = triggers.map((trigger) => (Array.from(trigger)[0] ?? "").replace(/[\\\]^[-]/, "\\$&"));
  return `[^${first.join("")}]{0,${String(most)}}`;
}
