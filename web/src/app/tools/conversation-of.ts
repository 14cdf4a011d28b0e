import type { AppState } from "../state";

/** The conversation that a turn belongs to, shown or behind; null where it is none of them. */
export function conversationOf(
  { conversation, behind }: Pick<AppState, "conversation" | "behind">,
  turn: string | undefined,
): string | null {
  const all = [conversation.value, ...behind.value.values()];
  return all.find(({ turns }) => turns.some(({ id }) => id === turn))?.id ?? null;
}
