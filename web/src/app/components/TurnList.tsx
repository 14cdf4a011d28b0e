/** The turns of a conversation, in groups. Each has its place; those that are far from what is read are left out. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Choices, Entry } from "../stores/branches";
import { CHAPTER, TurnChapter } from "./TurnChapter";
import { groupsOf } from "./TurnGroup";
import { useDrawn } from "./use-drawn";

interface TurnListProps {
  entries: readonly Entry[];
  choices: ReadonlyMap<string, Choices>;
  /** The list has another height now, without a change of the conversation. */
  onDrawn: () => void;
}

export function TurnList({ entries, choices, onDrawn }: TurnListProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const groups = groupsOf(entries);
  const drawn = useDrawn(list, groups.length);
  const order = [...drawn].join();
  useLayoutEffect(onDrawn, [order]);
  const chapters = Array.from({ length: Math.ceil(groups.length / CHAPTER) }, (_, chapter) => chapter * CHAPTER);
  return (
    <div ref={list} class="turn-list">
      {chapters.map((first) => (
        <TurnChapter
          key={first}
          first={first}
          groups={groups.slice(first, first + CHAPTER)}
          count={groups.length}
          choices={choices}
          drawn={drawn}
        />
      ))}
    </div>
  );
}
