import type { Rung, WireError } from "../protocol/wire";

/** What a rung of the ladder stands for. */
export interface Step {
  model: string;
  /** Whether somebody has agreed to download it. */
  mayDownload: boolean;
  /** The embedded model answers from the CPU: that is there at once, and leaves the GPU to the better ones. */
  device: "auto" | "cpu";
}

/** One step, and how it went. */
export interface Place extends Step {
  state: Rung["state"];
  reason: WireError | null;
}

/** The rungs from small to good, and how far each has come. */
export class Rungs {
  private places: Place[] = [];

  get empty(): boolean {
    return this.places.length === 0;
  }

  /** Starts anew: what lies below the model that answers is left behind. */
  reset(steps: readonly Step[], active: string | null): void {
    const standing = steps.findIndex(({ model }) => model === active);
    this.places = steps.map((step, at) => ({
      ...step,
      state: at === standing ? "active" : at < standing ? "left" : "waiting",
      reason: null,
    }));
  }

  /** The rung to take next; undefined where there is none. A pinned model is the only one that counts. */
  next(active: string | null, pinned: string | null): Place | undefined {
    if (pinned !== null && active === pinned) return undefined;
    if (pinned !== null) {
      return this.places.find(
        ({ model, state }) => model === pinned && (state === "waiting" || state === "left"),
      );
    }
    const standing = this.places.findIndex(({ model }) => model === active);
    return this.places.find(({ state }, at) => state === "waiting" && at > standing);
  }

  of(model: string): Place | undefined {
    return this.places.find((place) => place.model === model);
  }

  /** A model answers now; what answered before is left. */
  stand(place: Place): void {
    for (const other of this.places) if (other.state === "active") other.state = "left";
    place.state = "active";
    place.reason = null;
  }

  count(state: Rung["state"]): number {
    return this.places.filter((place) => place.state === state).length;
  }

  /** As the wire tells them. Which one answers is known by what is there: a lost model may have made room. */
  wire(active: string | null): Rung[] {
    return this.places.map(({ model, state, reason }) => {
      if (model === active) return { model, state: "active", reason: null };
      return { model, state: state === "active" ? "left" : state, reason };
    });
  }
}
