/** How much of what an ordinary start downloads has come, and how long the rest will take. */
import type { Booting } from "../protocol/wire";
import { Rate } from "../weights/rate";

export type DownloadFigures = Required<
  Pick<Booting, "loaded_bytes" | "total_bytes" | "bytes_per_s" | "remaining_s">
>;

export class StartDownload {
  readonly #rate: Rate;
  #loaded = 0;
  #total: number | null = null;

  /** `sizes` are those of the files by their names, as far as the page knows them. */
  constructor(
    private readonly sizes: Readonly<Record<string, number>>,
    now: () => number,
  ) {
    this.#rate = new Rate(now);
  }

  /** These files will come, and no others. */
  expect(files: readonly string[]): void {
    const sizes = files.map((name) => this.sizes[name]);
    this.#total = sizes.reduce<number | null>(
      (sum, size) => (sum === null || size === undefined ? null : sum + size),
      0,
    );
  }

  arrived(bytes: number): void {
    this.#loaded += bytes;
    this.#rate.add(bytes);
  }

  get figures(): DownloadFigures {
    // Where more has come than the page knew of, it knew too little.
    const total = this.#total === null || this.#loaded > this.#total ? null : this.#total;
    // Behind the last byte a rate says nothing any more.
    const over = this.#loaded === total;
    return {
      loaded_bytes: this.#loaded,
      total_bytes: total,
      bytes_per_s: over ? null : this.#rate.bytesPerS,
      remaining_s: over ? null : this.#rate.remainingS(total === null ? null : total - this.#loaded),
    };
  }
}
