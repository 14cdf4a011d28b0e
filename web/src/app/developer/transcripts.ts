/** The recorded exchanges of the protocol, each fetched when it is wanted. */
const FILES = import.meta.glob<string>("../../../../protocol/transcripts/*.jsonl", { query: "?raw", import: "default" });

export interface Transcript {
  name: string;
  read: () => Promise<string>;
}

export const TRANSCRIPTS: readonly Transcript[] = Object.entries(FILES).map(([path, read]) => ({
  name: path.slice(path.lastIndexOf("/") + 1).replace(/\.jsonl$/, ""),
  read,
}));
