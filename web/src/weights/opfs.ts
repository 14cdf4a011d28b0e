import { failure } from "../engine/errors";
import { type Clock, realClock } from "./clock";
import type { FileStore, GrowingFile, StoredFile } from "./file-store";

/** Everything of ours in the origin private file system lies in this folder. */
const FOLDER = "webllm-provider-weights";

/** A worker that has just died may hold a file for a moment longer. */
const OPEN_TRIES = 20;
const OPEN_WAIT_MS = 100;
/** Chromium's number for a full disk. */
const NO_SPACE = -8;

type FolderHandle = FileSystemDirectoryHandle;

/** Files in the origin private file system, through the synchronous handles that dedicated workers have. */
export class PrivateFiles implements FileStore {
  constructor(private readonly clock: Clock = realClock) {}

  /** Whether this worker can keep files there. */
  static async available(): Promise<boolean> {
    if (!("FileSystemFileHandle" in globalThis)) return false;
    if (!("createSyncAccessHandle" in FileSystemFileHandle.prototype)) return false;
    // Some private windows have the interface and refuse its use.
    return navigator.storage.getDirectory().then(
      () => true,
      () => false,
    );
  }

  async folders(): Promise<string[]> {
    const names: string[] = [];
    const root = await this.root();
    for await (const [name, handle] of root.entries()) if (handle.kind === "directory") names.push(name);
    return names;
  }

  async list(folder: string): Promise<StoredFile[]> {
    const directory = await this.folder(folder, false);
    if (directory === undefined) return [];
    const files: StoredFile[] = [];
    for await (const [name, handle] of directory.entries()) {
      if (handle.kind === "file") files.push({ name, bytes: (await handle.getFile()).size });
    }
    return files;
  }

  async read(folder: string, name: string): Promise<Blob | undefined> {
    const directory = await this.folder(folder, false);
    const handle = await present(directory?.getFileHandle(name));
    return handle?.getFile();
  }

  async open(folder: string, name: string): Promise<GrowingFile> {
    const directory = await this.folder(folder, true);
    if (directory === undefined) throw new Error(`${folder} could not be made.`);
    const handle = await directory.getFileHandle(name, { create: true });
    return new SyncFile(await this.accessTo(handle));
  }

  async remove(folder: string, name: string): Promise<void> {
    const directory = await this.folder(folder, false);
    await present(directory?.removeEntry(name));
  }

  async removeFolder(folder: string): Promise<void> {
    await present((await this.root()).removeEntry(folder, { recursive: true }));
  }

  private async accessTo(handle: FileSystemFileHandle): Promise<FileSystemSyncAccessHandle> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await handle.createSyncAccessHandle();
      } catch (raw) {
        if (!isNamed(raw, "NoModificationAllowedError")) throw raw;
        if (tries === OPEN_TRIES)
          throw failure("busy", "A file of the model is in use elsewhere.", "Try again.");
        await this.clock.sleep(OPEN_WAIT_MS, new AbortController().signal);
      }
    }
  }

  private async root(): Promise<FolderHandle> {
    return (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  }

  private async folder(name: string, create: boolean): Promise<FolderHandle | undefined> {
    return present((await this.root()).getDirectoryHandle(name, { create }));
  }
}

class SyncFile implements GrowingFile {
  size: number;

  constructor(private readonly handle: FileSystemSyncAccessHandle) {
    this.size = handle.getSize();
  }

  append(bytes: Uint8Array): void {
    const written = this.handle.write(bytes, { at: this.size });
    if (written !== bytes.byteLength) {
      this.handle.truncate(this.size);
      throw refusal(written, bytes.byteLength);
    }
    this.size += written;
  }

  truncate(size: number): void {
    this.handle.truncate(size);
    this.size = size;
  }

  close(): void {
    this.handle.flush();
    this.handle.close();
  }
}

/** Chromium throws nothing when a write fails: what it says was written is the error's number, as an unsigned one. */
function refusal(written: number, asked: number): Error {
  const code = written > asked ? written - 2 ** 32 : NO_SPACE;
  if (code === NO_SPACE) return new DOMException("The disk took only a part.", "QuotaExceededError");
  return failure("internal", "The browser could not write a file of the model.", "Try again.", { code });
}

/** What is there; undefined for what is not. */
async function present<T>(found: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await found;
  } catch (raw) {
    if (isNamed(raw, "NotFoundError")) return undefined;
    throw raw;
  }
}

const isNamed = (raw: unknown, name: string): boolean => raw instanceof DOMException && raw.name === name;
