/** Some turns that follow each other, with the lines between them. */
import { Component, type JSX } from "preact";
import type { Choices, Entry } from "../stores/branches";
import type { Turn } from "../stores/turn";
import { NoticeLine } from "./NoticeLine";
import { TurnView } from "./TurnView";

const ALONE: Choices = { question: null, answer: null };

interface GroupProps {
  /** Counted from the beginning of the conversation. */
  group: number;
  entries: readonly Entry[];
  choices: ReadonlyMap<string, Choices>;
  /** Else only its room is there. */
  drawn: boolean;
  /** Far from the end: the browser lays it out when it comes into sight. */
  earlier: boolean;
  /** How high it was when its chapter was closed, in CSS pixels: its room until it is laid out again. */
  height: number | undefined;
}

/** Looked through again only when something in it has changed: what is not new costs nothing. */
export class TurnGroup extends Component<GroupProps> {
  override shouldComponentUpdate(next: GroupProps): boolean {
    const { entries, choices, drawn, earlier } = this.props;
    if (next.drawn !== drawn) return true;
    if (!drawn) return false;
    return (
      next.choices !== choices ||
      next.earlier !== earlier ||
      next.entries.length !== entries.length ||
      next.entries.some((entry, place) => entry !== entries[place])
    );
  }

  override render({ group, entries, choices, drawn, earlier, height }: GroupProps): JSX.Element {
    const style = height === undefined ? undefined : { containIntrinsicBlockSize: `auto ${String(height)}px` };
    if (!drawn) return <div class="turns" data-turns={group} data-drawn={false} style={style} />;
    return (
      <div class="turns" data-turns={group} data-drawn={true} data-earlier={earlier} style={style}>
        {entries.map((entry) =>
          entry.kind === "turn" ? (
            <TurnView key={placeOf(entry)} turn={entry} choices={choices.get(entry.id) ?? ALONE} />
          ) : (
            <NoticeLine key={entry.id} what={entry.what} />
          ),
        )}
      </div>
    );
  }
}

/** Turns of one place share their element: who leads from one to the next keeps the focus on the arrow. */
function placeOf({ parent }: Turn): string {
  return `behind ${parent ?? "nothing"}`;
}

const GROUP = 3;

/** As many to a group as a window shows. The same entries stand in the same group, whatever follows them. */
export function groupsOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const groups: (readonly Entry[])[] = [];
  for (let at = 0; at < entries.length; at += GROUP) groups.push(entries.slice(at, at + GROUP));
  return groups;
}
