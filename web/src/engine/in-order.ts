/** What comes in any order is told in one: each waits for those before it. */
export class InOrder<T> {
  private readonly early = new Map<number, T>();
  private readonly awaited: number[];

  /** `order`: every index that may come, in the order in which they are told. */
  constructor(
    order: Iterable<number>,
    private readonly tell: (value: T) => void,
  ) {
    this.awaited = [...order].reverse();
  }

  take(index: number, value: T): void {
    this.early.set(index, value);
    for (let next = this.awaited.at(-1); next !== undefined; next = this.awaited.at(-1)) {
      const found = this.early.get(next);
      if (found === undefined) return;
      this.awaited.pop();
      this.early.delete(next);
      this.tell(found);
    }
  }

  /** Tells what still waits for something that does not come any more. */
  flush(): void {
    const rest = [...this.early].sort(([one], [other]) => one - other);
    this.early.clear();
    for (const [, value] of rest) this.tell(value);
  }
}
