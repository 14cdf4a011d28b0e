/** The turns of a conversation, in groups. Each has its place; those that are far from what is read are left out. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Choices, Entry } from "../stores/branches";
import { CHAPTER, chapterOf } from "./drawn-groups";
import { TurnChapter, type Heights } from "./TurnChapter";
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
  const heights = useRef<Heights>(new Map());
  const groups = groupsOf(entries);
  const { drawn, open } = useDrawn(list, groups.length);
  const order = [...drawn].join();
  useLayoutEffect(onDrawn, [order]);
  const chapters = Array.from({ length: chapterOf(groups.length - 1) + 1 }, (_, chapter) => chapter);
  return (
    <div ref={list} class="turn-list">
      {chapters.map((chapter) => (
        <TurnChapter
          key={chapter}
          first={chapter * CHAPTER}
          groups={groups.slice(chapter * CHAPTER, (chapter + 1) * CHAPTER)}
          count={groups.length}
          choices={choices}
          drawn={drawn}
          open={open.has(chapter)}
          heights={heights.current}
        />
      ))}
    </div>
  );
}
