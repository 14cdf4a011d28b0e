/** Flashcards: what is asked, the schema that answers fit, and the key under which they are kept (pure). */
export interface Flashcard {
  question: string;
  answer: string;
}

export interface FlashcardsRequest {
  /** At most 200 characters. */
  topic: string;
  /** From 1 to 20. */
  count: number;
  temperature?: number;
  top_p?: number;
  max_tokens?: number;
}

/** JSON Schema of one card; the same as the server's. */
export function cardSchema(): object {
  const text = { type: "string", minLength: 1, maxLength: 300 };
  return {
    type: "object",
    properties: { question: text, answer: text },
    required: ["question", "answer"],
    additionalProperties: false,
  };
}

/** JSON Schema of so many cards; the same as the server's. */
export function cardsSchema(count: number): object {
  return {
    type: "object",
    properties: { cards: { type: "array", items: cardSchema(), minItems: count, maxItems: count } },
    required: ["cards"],
    additionalProperties: false,
  };
}

export const cardsPrompt = ({ topic, count }: FlashcardsRequest): string =>
  `Write ${String(count)} flashcards, each a question and a short answer, about this: ${topic}`;

/** Other models and other settings make other cards. */
export async function cardsKey(
  { topic, count, ...settings }: FlashcardsRequest,
  model: string | null,
): Promise<string> {
  const { temperature = null, top_p = null, max_tokens = null } = settings;
  const rest = new TextEncoder().encode(JSON.stringify([model, temperature, top_p, max_tokens]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", rest));
  const short = [...digest.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `webllm:flashcards:${topic}:${String(count)}:${short}`;
}

/** Whether a value is so many cards: what comes over a network may be anything. */
export function areCards(value: unknown, count: number): value is Flashcard[] {
  return Array.isArray(value) && value.length === count && value.every(isCard);
}

/** Whether a value is a card, with nothing said about what else it holds. */
export const isCard = (value: unknown): value is Flashcard =>
  typeof value === "object" &&
  value !== null &&
  "question" in value &&
  "answer" in value &&
  typeof value.question === "string" &&
  typeof value.answer === "string";
