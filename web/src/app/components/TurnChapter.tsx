/**
 * Some groups of turns in an element of their own. When an answer grows a browser places the elements around it again,
 * and Preact compares them: in a long conversation those are few chapters, and the groups of one. A chapter far from what
 * is read is closed, an empty element as high as its groups were: each element of a group, made between all that an
 * answer leaves behind, kept a page of the browser's memory from being given back.
 */
import { Component, createRef, Fragment, type JSX } from "preact";
import type { Choices, Entry } from "../stores/branches";
import { chapterOf, NEWEST, type Groups } from "./drawn-groups";
import { TurnGroup } from "./TurnGroup";
import { TurnsEdge } from "./TurnsEdge";

/** How high groups were when their chapter was closed, in CSS pixels. */
export type Heights = Map<number, number>;

export interface ChapterProps {
  /** Its first group, counted from the beginning of the conversation. */
  first: number;
  groups: readonly (readonly Entry[])[];
  /** Of the whole conversation. */
  count: number;
  choices: ReadonlyMap<string, Choices>;
  drawn: Groups;
  open: boolean;
  /** Of the whole conversation: written when a chapter closes. */
  heights: Heights;
}

/** Looked through again only where something of it is drawn, or stands beside what is. */
export class TurnChapter extends Component<ChapterProps> {
  readonly #element = createRef<HTMLDivElement>();

  override shouldComponentUpdate(next: ChapterProps): boolean {
    const { groups, open } = this.props;
    if (next.groups.length !== groups.length || next.open !== open) return true;
    return open && (isNearDrawn(this.props) || isNearDrawn(next));
  }

  // What stands in the page is measured before this draws something else in its place.
  override componentWillUpdate({ open, heights }: ChapterProps): void {
    if (!this.props.open || open) return;
    for (const group of this.#element.current?.querySelectorAll<HTMLElement>("[data-turns]") ?? []) {
      heights.set(Number(group.dataset["turns"]), group.getBoundingClientRect().height);
    }
  }

  override render({ first, groups, count, choices, drawn, open, heights }: ChapterProps): JSX.Element {
    if (!open) {
      return <div ref={this.#element} class="turn-chapter" data-closed={chapterOf(first)} style={roomOf(this.props)} />;
    }
    return (
      <div ref={this.#element} class="turn-chapter">
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
                height={heights.get(group)}
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

/** As high as its groups would be, each as it was or as it is taken to be. */
function roomOf({ first, groups, heights }: ChapterProps): { blockSize: string } {
  const known = groups.map((_, place) => heights.get(first + place)).filter((height) => height !== undefined);
  const pixels = known.reduce((sum, height) => sum + height, 0);
  const guessed = groups.length - known.length;
  return { blockSize: `calc(${String(pixels)}px + ${String(guessed)} * var(--turns-height))` };
}
