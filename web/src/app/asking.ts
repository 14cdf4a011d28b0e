/** What a turn asks of Python (pure): the question with its attachments, in the words of the wire. */
import type { Ask, Attachment, SessionSettings } from "../protocol/wire";
import { promptOf, type SessionMessage, type Turn } from "./stores/turn";

export interface AskOptions {
  conversation: string;
  /** What was said before, where the session stands elsewhere. */
  history: SessionMessage[] | null;
  settings: SessionSettings | undefined;
}

export function askOf(turn: Turn, { conversation, history, settings }: AskOptions): Ask {
  const images = imagesOf(turn);
  return {
    type: "ask",
    id: turn.id,
    conversation,
    text: promptOf(turn),
    journal: true,
    ...(turn.resumes === undefined ? {} : { resume: true }),
    ...(history === null ? {} : { history }),
    ...(images.length === 0 ? {} : { images }),
    ...(settings === undefined ? {} : { settings }),
  };
}

function imagesOf({ attachments }: Turn): Attachment[] {
  return attachments.flatMap((each) =>
    each.kind === "image" ? [{ media_type: each.media_type, data: each.data }] : [],
  );
}
