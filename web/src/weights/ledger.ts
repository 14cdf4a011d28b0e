/** What is known of one model's files: a small document beside them. Only the holder of the model's lock writes it. */
import { type FileStore, writeWhole } from "./file-store";
import { shortName } from "./digest";
import type { ModelFile, Place, Role } from "./files";

/** One file, whole or on its way. */
export interface Entry {
  url: string;
  name: string;
  role: Role;
  place: Place;
  /** Of the whole content, once that is known. */
  bytes: number | null;
  whole: boolean;
  /** Of the content that was accepted first: it is held against whatever comes later. */
  sha256?: string;
  /** What the server calls this version of the file: a strong ETag, else the date of its last change. */
  validator?: string;
  /** False for a file whose transfer cannot go on from its middle. */
  resumable: boolean;
}

export interface Page {
  format: 1;
  /** Counts the writes. */
  revision: number;
  id: string;
  name: string;
  /** Milliseconds since 1970 of the last load; null before the first. */
  usedAt: number | null;
  /** By URL. */
  files: Record<string, Entry>;
}

/** Written in turn: when the disk is full, or the browser dies in the middle of one, the other still stands. */
const DOCUMENTS = ["model.0.json", "model.1.json"] as const;

/** The folder of a model: readable, and unlike any other model's. */
export async function folderOf(id: string): Promise<string> {
  return `${id.replace(/[^\w-]/g, "_").slice(0, 60)}-${await shortName(id)}`;
}

/** The name of a file in its model's folder. */
export const fileNameOf = ({ url }: Pick<ModelFile, "url">): Promise<string> => shortName(url);

export class Ledger {
  private writing: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly store: FileStore,
    readonly folder: string,
    readonly page: Page,
  ) {}

  /** The ledger of a model, empty where there is none yet. */
  static async open(store: FileStore, id: string, name: string): Promise<Ledger> {
    const folder = await folderOf(id);
    const page = (await readPage(store, folder)) ?? {
      format: 1,
      revision: 0,
      id,
      name,
      usedAt: null,
      files: {},
    };
    return new Ledger(store, folder, page);
  }

  /** The pages of all models that have one. */
  static async all(store: FileStore): Promise<{ folder: string; page: Page }[]> {
    const pages: { folder: string; page: Page }[] = [];
    for (const folder of await store.folders()) {
      const page = await readPage(store, folder);
      if (page !== undefined) pages.push({ folder, page });
    }
    return pages;
  }

  entry(url: string): Entry | undefined {
    return this.page.files[url];
  }

  /** Changes what is known of a file, and writes it down. */
  async note(file: ModelFile, facts: Partial<Entry>): Promise<void> {
    const { url, name, role, place, bytes } = file;
    const before = this.page.files[url] ?? { url, name, role, place, bytes, whole: false, resumable: true };
    this.page.files[url] = { ...before, name, role, place, ...facts };
    await this.write();
  }

  async forget(url: string): Promise<void> {
    this.page.files = Object.fromEntries(Object.entries(this.page.files).filter(([each]) => each !== url));
    await this.write();
  }

  async used(at: number): Promise<void> {
    this.page.usedAt = at;
    await this.write();
  }

  /** Writes one after another: many files may change at once, and there is one page. */
  private write(): Promise<unknown> {
    const next = this.writing.then(() => {
      this.page.revision += 1;
      const document = DOCUMENTS[this.page.revision % 2 === 0 ? 0 : 1];
      return writeWhole(this.store, this.folder, document, JSON.stringify(this.page));
    });
    this.writing = next.catch(() => undefined);
    return next;
  }
}

async function readPage(store: FileStore, folder: string): Promise<Page | undefined> {
  const documents = await Promise.all(DOCUMENTS.map((name) => store.read(folder, name)));
  const written = documents.filter((document) => document !== undefined);
  if (written.length === 0) return undefined;
  const pages = (await Promise.all(written.map(parsePage))).filter((page) => page !== undefined);
  if (pages.length === 0) {
    console.warn(`The record of the model in ${folder} cannot be read; its files are looked at anew.`);
  }
  return pages.sort((a, b) => b.revision - a.revision)[0];
}

async function parsePage(document: Blob): Promise<Page | undefined> {
  try {
    const page: unknown = JSON.parse(await document.text());
    return isPage(page) ? page : undefined;
  } catch {
    // Cut off in the middle of a write.
    return undefined;
  }
}

function isPage(raw: unknown): raw is Page {
  return typeof raw === "object" && raw !== null && "format" in raw && raw.format === 1 && "files" in raw;
}
