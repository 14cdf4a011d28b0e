/** Files of our own: a folder for each model, flat. The seam between downloads and the disk. */

/** A file that grows at its end. Nobody else has it open. */
export interface GrowingFile {
  readonly size: number;
  /** Appends. Throws `QuotaExceededError` when the disk is full; then nothing of `bytes` counts as written. */
  append(bytes: Uint8Array): void;
  /** Cuts the file. */
  truncate(size: number): void;
  /** Must be called; what was appended is on the disk then. */
  close(): void;
}

export interface StoredFile {
  name: string;
  bytes: number;
}

export interface FileStore {
  folders(): Promise<string[]>;
  list(folder: string): Promise<StoredFile[]>;
  /** A file as it is now; undefined where there is none. */
  read(folder: string, name: string): Promise<Blob | undefined>;
  /** Opens a file, and makes it where there is none. */
  open(folder: string, name: string): Promise<GrowingFile>;
  /** Drops a file; one that is not there is dropped already. */
  remove(folder: string, name: string): Promise<void>;
  removeFolder(folder: string): Promise<void>;
}

/** Replaces a small file. */
export async function writeWhole(
  store: FileStore,
  folder: string,
  name: string,
  text: string,
): Promise<void> {
  const file = await store.open(folder, name);
  try {
    file.truncate(0);
    file.append(new TextEncoder().encode(text));
  } finally {
    file.close();
  }
}
