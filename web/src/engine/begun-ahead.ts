import { untilAborted } from "./engine-life";

/** A file that is on its way before anybody needs it. It is handed over once: whoever needs it keeps it. */
export class BegunAhead<File> {
  private begun: Promise<File> | null = null;

  constructor(private readonly fetch: (signal: AbortSignal) => Promise<File>) {}

  /** Begins to bring it, where it is not on its way. */
  begin(): void {
    if (this.begun !== null) return;
    this.begun = this.fetch(new AbortController().signal);
    // Whoever needs it tries once more.
    this.begun.catch(() => undefined);
  }

  /** The file: the one on its way, or where there is none, or it did not come, another. The wait ends with `signal`. */
  async take(signal: AbortSignal): Promise<File> {
    const { begun } = this;
    this.begun = null;
    if (begun === null) return this.fetch(signal);
    return untilAborted(
      begun.catch(() => this.fetch(signal)),
      signal,
      "load",
    );
  }
}
