import type { PowerState } from "../protocol/wire";
import type { Conditions } from "./ladder";

/** What the pages of all tabs tell of themselves, taken together. Before any has spoken, nothing speaks against work. */
export class Pages {
  private readonly known = new Map<string, { visible: boolean; power: PowerState }>();

  constructor(private readonly changed: (conditions: Conditions) => void) {}

  /** A page tells of itself. */
  tell(client: string, presence: { visible: boolean; power: PowerState }): void {
    this.known.set(client, { visible: presence.visible, power: presence.power });
    this.changed(this.together());
  }

  /** A page has closed; one that never spoke has no say. */
  gone(client: string): void {
    if (this.known.delete(client)) this.changed(this.together());
  }

  private together(): Conditions {
    const pages = [...this.known.values()];
    return {
      visible: pages.length === 0 || pages.some(({ visible }) => visible),
      // All pages share one battery: one that knows is enough.
      onBattery: pages.some(({ power }) => power === "battery"),
    };
  }
}
