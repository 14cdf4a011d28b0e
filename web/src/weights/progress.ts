/** How far the bringing of a model is, in the words of a load. */
import type { LoadStage } from "../protocol/wire";
import type { Clock } from "./clock";
import { Rate } from "./rate";

export interface FetchReport {
  stage: Extract<LoadStage, "prepare" | "download" | "verify" | "read_cache">;
  /** Of the whole of what was asked for, 0 to 1. Never goes back. */
  fraction: number;
  loadedBytes: number | null;
  totalBytes: number | null;
  /** Of the network; null where nothing is downloaded. */
  bytesPerS: number | null;
  /** Seconds until this stage ends, as far as can be told. */
  remainingS: number | null;
  text: string;
}

const SENTENCES = {
  download: "Downloading the model",
  verify: "Checking the model's files",
  read_cache: "Copying the model's files",
} as const;

/** Counts the bytes of one stage and tells of them. */
export class Tally {
  private readonly rate: Rate;
  private furthest = 0;
  /** Files whose size nobody has told yet: until then nobody knows the whole. */
  private unknown = 0;

  constructor(
    private readonly stage: keyof typeof SENTENCES,
    private total: number | null,
    private done: number,
    private readonly report: (report: FetchReport) => void,
    clock: Clock,
  ) {
    this.rate = new Rate(() => clock.now());
    this.tell();
  }

  /** So many more are done; fewer where some were thrown away. */
  add(bytes: number): void {
    this.done += bytes;
    if (bytes > 0) this.rate.add(bytes);
    this.tell();
  }

  /** So many files of unknown size belong to the whole; each comes to be known by `grow`. */
  await(files: number): void {
    this.unknown += files;
    this.tell();
  }

  /** The size of a file that was unknown. */
  grow(bytes: number): void {
    this.unknown -= 1;
    if (this.total !== null) this.total += bytes;
    this.tell();
  }

  private tell(): void {
    const { done } = this;
    const total = this.unknown > 0 ? null : this.total;
    if (total !== null && total > 0) this.furthest = Math.max(this.furthest, Math.min(1, done / total));
    this.report({
      stage: this.stage,
      fraction: this.furthest,
      loadedBytes: done,
      totalBytes: total === null ? null : Math.max(total, done),
      bytesPerS: this.stage === "download" ? this.rate.bytesPerS : null,
      remainingS: this.rate.remainingS(total === null ? null : total - done),
      text: SENTENCES[this.stage],
    });
  }
}

/** A report without bytes. */
export const waiting = (text: string): FetchReport => ({
  stage: "prepare",
  fraction: 0,
  loadedBytes: null,
  totalBytes: null,
  bytesPerS: null,
  remainingS: null,
  text,
});
