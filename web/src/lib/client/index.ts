/**
 * Flashcards for pages without a bundler.
 *
 * The site serves it as `lib/client.js`, under a name that stays.
 */
export { ApiError } from "./api-error";
export type { AskerProgress } from "./asker";
export type { Flashcard, FlashcardsRequest } from "./flashcards";
export type { ResultCacheOptions } from "./result-cache";
export type { SessionSocket } from "./session-asker";
export { type FlashcardsOptions, WebLLMClient, type WebLLMClientOptions } from "./webllm-client";
