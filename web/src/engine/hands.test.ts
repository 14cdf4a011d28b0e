import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Hand, Hands } from "./hands";

class Named implements Hand {
  ended = 0;
  constructor(readonly name: string) {}
  exit(): Promise<void> {
    this.ended += 1;
    return Promise.resolve();
  }
}

const ever = new AbortController().signal;

/** Work that lasts until it is told to end, and says who does it. */
class Work {
  by: string | null = null;
  end!: () => void;
  readonly done: Promise<void>;

  constructor(hands: Hands<Named>, signal: AbortSignal = ever) {
    const until = new Promise<void>((resolve) => {
      this.end = resolve;
    });
    this.done = hands.with(signal, async ({ name }) => {
      this.by = name;
      await until;
    });
  }
}

const REST_MS = 1_000;

describe("the hands of an engine", () => {
  let first: Named;
  let second: Named;
  let begun: number;
  let alone: number;
  let arrive: () => void;
  let fail: (raw: Error) => void;
  let hands: Hands<Named>;

  beforeEach(() => {
    vi.useFakeTimers();
    [first, second, begun, alone] = [new Named("first"), new Named("second"), 0, 0];
    const beside = (signal: AbortSignal): Promise<Named> => {
      begun += 1;
      return new Promise((resolve, reject) => {
        arrive = () => {
          resolve(second);
        };
        fail = reject;
        signal.addEventListener("abort", () => {
          reject(new Error("given up"));
        });
      });
    };
    const refused = (): void => {
      alone += 1;
    };
    hands = new Hands(first, beside, refused, REST_MS);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Lets every promise that can settle do so. */
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

  it("is one, as long as nothing overlaps", async () => {
    for (let turn = 0; turn < 3; turn++) {
      const work = new Work(hands);
      await settle();
      expect(work.by).toBe("first");
      work.end();
      await work.done;
    }
    expect(begun).toBe(0);
  });

  it("begins a second one for what overlaps, and gives it up when it has rested", async () => {
    const works = [new Work(hands), new Work(hands)] as const;
    await settle();
    arrive();
    await settle();
    expect(works.map(({ by }) => by)).toEqual(["first", "second"]);
    for (const work of works) work.end();
    await vi.advanceTimersByTimeAsync(REST_MS - 1);
    expect(second.ended).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(second.ended).toBe(1);
    const again = [new Work(hands), new Work(hands)] as const;
    await settle();
    expect(begun).toBe(2);
    arrive();
    await settle();
    expect(again.map(({ by }) => by)).toEqual(["first", "second"]);
  });

  it("does not give the second one up while it works", async () => {
    const works = [new Work(hands), new Work(hands)] as const;
    await settle();
    arrive();
    await settle();
    works[1].end();
    await vi.advanceTimersByTimeAsync(REST_MS / 2);
    const long = new Work(hands);
    await vi.advanceTimersByTimeAsync(REST_MS * 2);
    expect([long.by, second.ended]).toEqual(["second", 0]);
  });

  it("does what waits with whichever is free first", async () => {
    const works = [new Work(hands), new Work(hands)] as const;
    await settle();
    works[0].end();
    await settle();
    expect(works[1].by).toBe("first");
    arrive();
    await settle();
    works[1].end();
    await settle();
    const next = new Work(hands);
    await settle();
    expect(next.by).toBe("first");
  });

  it("does everything with the first where a second cannot begin, and tries that once", async () => {
    const warning = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const works = [new Work(hands), new Work(hands), new Work(hands)];
    await settle();
    fail(new Error("no memory"));
    for (const work of works) {
      work.end();
      await work.done;
      expect(work.by).toBe("first");
    }
    expect([begun, alone]).toEqual([1, 1]);
    expect(warning).toHaveBeenCalledOnce();
    warning.mockRestore();
  });

  it("lets who waits go, and loses no hand by it", async () => {
    const works = [new Work(hands)];
    const life = new AbortController();
    const gone = new Work(hands, life.signal);
    const refused = expect(gone.done).rejects.toMatchObject({ error: { code: "aborted" } });
    await settle();
    // Given the first one in the very turn in which it goes.
    works[0]?.end();
    life.abort();
    await refused;
    const next = new Work(hands);
    await settle();
    expect([gone.by, next.by]).toEqual([null, "first"]);
  });

  it("ends both, and one that is still on its way", async () => {
    const works = [new Work(hands), new Work(hands)];
    await settle();
    await hands.exit();
    arrive();
    await settle();
    expect(first.ended).toBe(1);
    expect(works[1]?.by).toBeNull();
    works[0]?.end();
    await settle();
    expect(works[1]?.by).toBe("first");
    expect(alone).toBe(0);
  });
});
