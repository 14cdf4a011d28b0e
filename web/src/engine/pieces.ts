/** The least time between two messages, in milliseconds. Half of what the room lets pass between two batches. */
const TOGETHER_MS = 16;

/**
 * Sends pieces of text on: the first at once, and of those that follow quickly several in one text. An engine that says
 * a thousand tokens a second would wake the room as often.
 */
export class Pieces {
  private text = "";
  /** How many are in that. */
  private waiting = 0;
  private sentAt = -Infinity;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly post: (text: string, pieces: number) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  push(text: string, pieces = 1): void {
    this.text += text;
    this.waiting += pieces;
    const wait = this.sentAt + TOGETHER_MS - this.now();
    if (wait <= 0) this.flush();
    else
      this.timer ??= setTimeout(() => {
        this.flush();
      }, wait);
  }

  /** Sends what waits: nothing more comes, or nothing for a while. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.waiting === 0) return;
    this.sentAt = this.now();
    const { text, waiting } = this;
    this.text = "";
    this.waiting = 0;
    this.post(text, waiting);
  }
}
