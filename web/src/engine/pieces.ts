/** The least time between two messages, in milliseconds. Half of what the room lets pass between two batches. */
const TOGETHER_MS = 16;

/**
 * Sends pieces of text on: the first at once, and of those that follow quickly several in one message. An engine that
 * says a thousand tokens a second would wake the room as often.
 */
export class Pieces {
  private waiting: string[] = [];
  private sentAt = -Infinity;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly post: (texts: string[]) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  push(text: string): void {
    this.waiting.push(text);
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
    if (this.waiting.length === 0) return;
    this.sentAt = this.now();
    this.post(this.waiting.splice(0));
  }
}
