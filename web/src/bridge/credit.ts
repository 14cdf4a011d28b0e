/**
 * Tells the other end of a stream that it may send more.
 *
 * Not with each batch that was read, but once half of them were: each message wakes the thread that computes, and
 * what has been granted before lasts that long.
 */
export class Credit {
  private read = 0;

  /** `granted`: batches that may be sent ahead; 0 for a stream without back-pressure. */
  constructor(
    private readonly granted: number,
    private readonly grant: (batches: number) => void,
  ) {}

  /** A batch was read, and is not the last. */
  consumed(): void {
    this.read += 1;
    if (this.granted === 0 || this.read * 2 < this.granted) return;
    this.grant(this.read);
    this.read = 0;
  }
}
