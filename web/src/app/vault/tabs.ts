/** What the tabs of a site tell each other about profiles. Keys go from page to page, never over the disk. */
import { areProfileKeys, type ProfileKeys } from "../../sealing/keys";
import type { ChangeChannel } from "../database/changes";

export type Said =
  /** Lock it: whoever has it open, store what is open and forget the keys. */
  | { kind: "lock"; profile: string }
  /** Let go of it: another tab is about to rewrite or delete it. */
  | { kind: "leave"; profile: string }
  /** Somebody may have its keys. */
  | { kind: "ask"; profile: string }
  /** Here they are. A browser passes them on without showing them. */
  | { kind: "keys"; profile: string; keys: ProfileKeys }
  /** A hand was on the page. */
  | { kind: "active"; profile: string }
  /** The list of profiles is another. */
  | { kind: "profiles" };

export type Heard = { [K in Said["kind"]]?: (said: Extract<Said, { kind: K }>) => void };

export class Tabs {
  /** @param channel null where the browser has none: then each tab is by itself. */
  constructor(private readonly channel: ChangeChannel | null) {}

  listen(heard: Heard): void {
    if (this.channel === null) return;
    this.channel.onmessage = ({ data }) => {
      const said = data as Said;
      // What comes from a tab with another version of this page may say more, or less.
      if (said.kind === "keys" && !areProfileKeys(said.keys)) return;
      (heard[said.kind] as ((said: Said) => void) | undefined)?.(said);
    };
  }

  say(said: Said): void {
    try {
      this.channel?.postMessage(said);
    } catch (error) {
      // A browser that passes no keys on: there each tab is unlocked by hand.
      if (said.kind !== "keys") throw error;
    }
  }

  close(): void {
    this.channel?.close();
  }
}
