/** The images of questions, which lie beside the turns: a turn is written again and again while its answer grows. */
import type { Blobs } from "../database/database";
import type { Attached, Turn } from "../stores/turn";

const CHUNK = 0x8000;

/** The turn without its images, which are stored where they are not yet. */
export async function withoutImages(
  turn: Turn,
  conversation: string,
  { blobs, stored }: { blobs: Blobs; stored: Set<string> },
): Promise<Turn> {
  if (turn.attachments.every(({ kind }) => kind === "text")) return turn;
  const attachments = await Promise.all(
    turn.attachments.map(async (file): Promise<Attached> => {
      if (file.kind === "text") return file;
      const key = keyOf(turn.id, file.id);
      if (!stored.has(key)) {
        await blobs.put(key, conversation, new Blob([bytesOf(file.data)], { type: file.media_type }));
        stored.add(key);
      }
      return { ...file, data: "" };
    }),
  );
  return { ...turn, attachments };
}

export async function withImages(turn: Turn, blobs: Blobs, stored: Set<string>): Promise<Turn> {
  if (turn.attachments.every(({ kind }) => kind === "text")) return turn;
  const attachments = await Promise.all(
    turn.attachments.map(async (file): Promise<Attached> => {
      if (file.kind === "text" || file.data !== "") return file;
      const key = keyOf(turn.id, file.id);
      const blob = await blobs.get(key);
      if (blob === null) return file;
      stored.add(key);
      return { ...file, data: base64Of(new Uint8Array(await blob.arrayBuffer())) };
    }),
  );
  return { ...turn, attachments };
}

const keyOf = (turn: string, attachment: string): string => `${turn}/${attachment}`;

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

function base64Of(bytes: Uint8Array): string {
  let signs = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    signs += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(signs);
}
