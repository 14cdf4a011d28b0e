/** The ways to a model: a session's socket, or plain requests. */
import type { FlashcardsRequest } from "./flashcards";

export interface AskerProgress {
  /** From 0 to 100. */
  progress: number;
  message: string;
}

export interface CardsAsked {
  request: FlashcardsRequest;
  onProgress: (progress: AskerProgress) => void;
  /** Called with what came, before anybody else forgets it. */
  keep: (data: unknown) => Promise<void>;
  signal: AbortSignal | undefined;
}

export interface Asker {
  /** Makes ready. Rejects with an `ApiError`, or with what `fetch` says. */
  initialize(): Promise<void>;
  /** The id of the model that answers, where it is known. */
  readonly model: string | null;
  /** Cards as they came: not yet looked at. */
  cards(asked: CardsAsked): Promise<unknown>;
  close(): void;
}
