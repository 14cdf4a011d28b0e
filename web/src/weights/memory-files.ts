import type { FileStore, GrowingFile, StoredFile } from "./file-store";

/**
 * Files in memory: where the browser has no private file system (an insecure page, some private windows), so that a
 * model can be loaded although it cannot be kept. The tests' disk too: `room` is how much it holds.
 */
export class MemoryFiles implements FileStore {
  private readonly stored = new Map<string, Map<string, Content>>();

  constructor(public room = Infinity) {}

  get used(): number {
    return [...this.stored.values()]
      .flatMap((folder) => [...folder.values()])
      .reduce((sum, { size }) => sum + size, 0);
  }

  folders(): Promise<string[]> {
    return Promise.resolve([...this.stored.keys()]);
  }

  list(folder: string): Promise<StoredFile[]> {
    const files = this.stored.get(folder) ?? new Map<string, Content>();
    return Promise.resolve([...files].map(([name, { size }]) => ({ name, bytes: size })));
  }

  read(folder: string, name: string): Promise<Blob | undefined> {
    const content = this.stored.get(folder)?.get(name);
    return Promise.resolve(content && new Blob(content.pieces));
  }

  open(folder: string, name: string): Promise<GrowingFile> {
    const files = this.stored.get(folder) ?? new Map<string, Content>();
    this.stored.set(folder, files);
    const content = files.get(name) ?? { size: 0, pieces: [] };
    files.set(name, content);
    return Promise.resolve(this.growing(content));
  }

  remove(folder: string, name: string): Promise<void> {
    this.stored.get(folder)?.delete(name);
    return Promise.resolve();
  }

  removeFolder(folder: string): Promise<void> {
    this.stored.delete(folder);
    return Promise.resolve();
  }

  private growing(content: Content): GrowingFile {
    return {
      get size() {
        return content.size;
      },
      append: (bytes) => {
        if (this.used + bytes.byteLength > this.room)
          throw new DOMException("No space.", "QuotaExceededError");
        content.pieces.push(bytes.slice());
        content.size += bytes.byteLength;
      },
      truncate: (size) => {
        const kept = new Blob(content.pieces).slice(0, size);
        content.pieces = size === 0 ? [] : [kept];
        content.size = kept.size;
      },
      close: () => undefined,
    };
  }
}

interface Content {
  size: number;
  pieces: BlobPart[];
}
