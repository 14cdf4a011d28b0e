import type { FileStore, GrowingFile, StoredFile } from "./file-store";

/** Files of a store of which it is still being found out which one it is. */
export class EventualFiles implements FileStore {
  constructor(private readonly store: Promise<FileStore>) {}

  async folders(): Promise<string[]> {
    return (await this.store).folders();
  }

  async list(folder: string): Promise<StoredFile[]> {
    return (await this.store).list(folder);
  }

  async read(folder: string, name: string): Promise<Blob | undefined> {
    return (await this.store).read(folder, name);
  }

  async open(folder: string, name: string): Promise<GrowingFile> {
    return (await this.store).open(folder, name);
  }

  async remove(folder: string, name: string): Promise<void> {
    await (await this.store).remove(folder, name);
  }

  async removeFolder(folder: string): Promise<void> {
    await (await this.store).removeFolder(folder);
  }
}
