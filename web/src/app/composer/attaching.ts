/** What a dropped, pasted or chosen file becomes: an attachment, or a reason why not. */
import type { Attached } from "../stores/turn";
import { bytesOf, decoded } from "../text-file";

export type Refusal =
  | { reason: "binary" | "empty" | "unread" | "image_type" | "image_too_large"; name: string }
  | { reason: "image_unseen"; name: string; model: string | null }
  | { reason: "too_large"; name: string; tokens: number; room: number };

/** What the loaded model can take. */
export interface Room {
  /** Of the whole context, in tokens; null where no model is loaded. */
  contextTokens: number | null;
  images: boolean;
  model: string | null;
}

export interface Attempt {
  attached: Attached[];
  refused: Refusal[];
}

const IMAGES = ["image/png", "image/jpeg", "image/webp"];
const IMAGE_BYTES = 10_000_000;
/** No model that runs in a browser reads more, and a page that reads it would stand still. */
const TEXT_BYTES = 4_000_000;
/** Of English text; of anything else a token is shorter, and the engine says so. */
const BYTES_PER_TOKEN = 4;
/** The rest is for the question and its answer. */
const SHARE_FOR_FILES = 0.75;

/** Look at each file in turn; `before` has room already taken by what is attached. */
export async function attach(
  files: readonly File[],
  before: readonly Attached[],
  room: Room,
  newId: () => string,
): Promise<Attempt> {
  const attempt: Attempt = { attached: [], refused: [] };
  for (const file of files) {
    const taken = [...before, ...attempt.attached];
    const result = file.type.startsWith("image/") && file.type !== "image/svg+xml"
      ? await image(file, room, newId)
      : await textFile(file, taken, room, newId);
    if ("reason" in result) attempt.refused.push(result);
    else attempt.attached.push(result);
  }
  return attempt;
}

async function image(file: File, room: Room, newId: () => string): Promise<Attached | Refusal> {
  const { name } = file;
  if (!room.images) return { reason: "image_unseen", name, model: room.model };
  if (!IMAGES.includes(file.type)) return { reason: "image_type", name };
  if (file.size > IMAGE_BYTES) return { reason: "image_too_large", name };
  const bytes = await bytesOf(file);
  if (bytes === null) return { reason: "unread", name };
  return { kind: "image", id: newId(), name, media_type: file.type, data: base64(bytes) };
}

async function textFile(
  file: File,
  taken: readonly Attached[],
  room: Room,
  newId: () => string,
): Promise<Attached | Refusal> {
  const { name } = file;
  if (file.size === 0) return { reason: "empty", name };
  const limit = tokenLimit(room);
  const used = taken.reduce((sum, each) => sum + (each.kind === "text" ? tokensIn(each.text.length) : 0), 0);
  const tokens = used + tokensIn(file.size);
  if (tokens > limit) return { reason: "too_large", name, tokens, room: limit };
  const bytes = await bytesOf(file);
  if (bytes === null) return { reason: "unread", name };
  const text = decoded(bytes);
  return text === null ? { reason: "binary", name } : { kind: "text", id: newId(), name, text };
}

function tokenLimit({ contextTokens }: Room): number {
  const most = tokensIn(TEXT_BYTES);
  return contextTokens === null ? most : Math.min(most, Math.floor(contextTokens * SHARE_FOR_FILES));
}

const tokensIn = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN);

const CHUNK = 0x8000;

function base64(bytes: Uint8Array): string {
  let binary = "";
  // Spread whole, a large image has more arguments than a call may.
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}
