/** An observer for documents without a layout: whatever is observed has come into view. */
export class EverythingIsSeen {
  constructor(private readonly seen: (entries: { target: Element; isIntersecting: boolean }[]) => void) {}

  observe(target: Element): void {
    this.seen([{ target, isIntersecting: true }]);
  }

  unobserve(): void {
    // There is nothing to let go.
  }

  disconnect(): void {
    // Nor here.
  }
}
