/** How fast a download is, over the last seconds. */

const WINDOW_MS = 5_000;
/** Sooner than this a rate says nothing. */
const SHORTEST_MS = 250;

interface Mark {
  at: number;
  bytes: number;
}

export class Rate {
  private readonly marks: Mark[] = [];
  private arrived = 0;

  constructor(private readonly now: () => number) {
    this.marks.push({ at: now(), bytes: 0 });
  }

  /** Bytes have come over the network. */
  add(bytes: number): void {
    this.arrived += bytes;
    const at = this.now();
    this.marks.push({ at, bytes: this.arrived });
    while (this.marks.length > 2 && (this.marks[1]?.at ?? at) < at - WINDOW_MS) this.marks.shift();
  }

  /** Bytes per second; null before there is anything to measure. */
  get bytesPerS(): number | null {
    const [first] = this.marks;
    if (first === undefined) return null;
    const elapsed = this.now() - first.at;
    const bytes = this.arrived - first.bytes;
    return elapsed < SHORTEST_MS || bytes <= 0 ? null : (bytes * 1000) / elapsed;
  }

  /** Seconds until `bytes` more have come; null where that cannot be told. */
  remainingS(bytes: number | null): number | null {
    const rate = this.bytesPerS;
    return bytes === null || rate === null ? null : Math.max(0, bytes) / rate;
  }
}
