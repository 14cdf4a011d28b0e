/** What a build needs offline: every file with its hash, as `vite/seal.mjs` writes it into `offline.json`. */
import type { ProtocolRange } from "../protocol/wire";

/** The shell is what the page needs to appear; the other parts are what it needs to answer. */
export type OfflinePart = "shell" | "python" | "wheels" | "engines" | "demo";

export interface OfflineFile {
  /** Relative to the site's root. */
  path: string;
  /** Of the content, in lower-case hexadecimal. */
  sha256: string;
  bytes: number;
  part: OfflinePart;
}

export interface OfflineManifest {
  /** Differs between any two builds of which one file differs. */
  build: string;
  version: string;
  protocol: ProtocolRange;
  files: OfflineFile[];
}

export const totalBytes = (files: readonly OfflineFile[]): number =>
  files.reduce((sum, { bytes }) => sum + bytes, 0);

/** The files of one part. */
export const filesOf = (manifest: OfflineManifest, part: OfflinePart): OfflineFile[] =>
  manifest.files.filter((file) => file.part === part);
