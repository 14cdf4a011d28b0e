/** Messages gathered and handed on once a frame, so that the page draws once however fast tokens come. */

export interface FrameClock {
  /** Calls back once, at the next moment to draw; hidden pages get a slower one instead of none. */
  request(callback: () => void): void;
}

const WITHOUT_FRAMES_MS = 200;

export const pageClock: FrameClock = {
  request(callback) {
    // A page that is hidden, or becomes hidden meanwhile, gets no frames; its conversation goes on.
    let called = false;
    const once = (): void => {
      if (called) return;
      called = true;
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      callback();
    };
    const frame = requestAnimationFrame(once);
    const timer = setTimeout(once, WITHOUT_FRAMES_MS);
  },
};

/** A sink that gathers items and passes them to `deliver`, in order, at most once a frame. */
export function batched<T>(deliver: (items: readonly T[]) => void, clock: FrameClock): (item: T) => void {
  let pending: T[] = [];
  return (item) => {
    pending.push(item);
    if (pending.length > 1) return;
    clock.request(() => {
      const items = pending;
      pending = [];
      deliver(items);
    });
  };
}
