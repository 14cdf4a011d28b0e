/**
 * Some groups of turns in an element of their own. When an answer grows a browser places the elements around it again,
 * and Preact compares them: in a long conversation those are few chapters, and the groups of one.
 */
import { Component, Fragment, type JSX } from "preact";
import type { Choices, Entry } from "../stores/branches";
import { NEWEST, type Groups } from "./drawn-groups";
import { TurnGroup } from "./TurnGroup";
import { TurnsEdge } from "./TurnsEdge";

/** Groups of one: a thousand messages have about as many chapters. */
export const CHAPTER = 12;

export interface ChapterProps {
  /** Its first group, counted from the beginning of the conversation. */
  first: number;
  groups: readonly (readonly Entry[])[];
  /** Of the whole conversation. */
  count: number;
  choices: ReadonlyMap<string, Choices>;
  drawn: Groups;
}

/** Looked through again only where something of it is drawn, or stands beside what is. */
export class TurnChapter extends Component<ChapterProps> {
  override shouldComponentUpdate(next: ChapterProps): boolean {
    return next.groups.length !== this.props.groups.length || isNearDrawn(this.props) || isNearDrawn(next);
  }

  override render({ first, groups, count, choices, drawn }: ChapterProps): JSX.Element {
    return (
      <div class="turn-chapter">
        {groups.map((entries, place) => {
          const group = first + place;
          const left = !drawn.has(group);
          return (
            <Fragment key={group}>
              {left && drawn.has(group - 1) && <TurnsEdge side="later" />}
              <TurnGroup
                group={group}
                entries={entries}
                choices={choices}
                drawn={!left}
                earlier={group < count - NEWEST}
              />
              {left && drawn.has(group + 1) && <TurnsEdge side="earlier" />}
            </Fragment>
          );
        })}
      </div>
    );
  }
}

function isNearDrawn({ first, groups, drawn }: ChapterProps): boolean {
  for (let group = first - 1; group <= first + groups.length; group += 1) if (drawn.has(group)) return true;
  return false;
}
