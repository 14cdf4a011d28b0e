/** An observer for documents without a layout: whatever is observed has come into view. */
export class EverythingIsSeen {
  constructor(private readonly seen: (entries: { isIntersecting: boolean }[]) => void) {}

  observe(): void {
    this.seen([{ isIntersecting: true }]);
  }

  disconnect(): void {
    // There is nothing to let go.
  }
}
