/** The turns of a conversation, in groups. Each has its place; those that are far from what is read are left out. */
import { Fragment, type JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Choices, Entry } from "../stores/branches";
import { NEWEST } from "./drawn-groups";
import { groupsOf, TurnGroup } from "./TurnGroup";
import { TurnsEdge } from "./TurnsEdge";
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
  return (
    <div ref={list} class="turn-list">
      {groups.map((each, group) => {
        const left = !drawn.has(group);
        return (
          <Fragment key={group}>
            {left && drawn.has(group - 1) && <TurnsEdge side="later" />}
            <TurnGroup
              group={group}
              entries={each}
              choices={choices}
              drawn={!left}
              earlier={group < groups.length - NEWEST}
            />
            {left && drawn.has(group + 1) && <TurnsEdge side="earlier" />}
          </Fragment>
        );
      })}
    </div>
  );
}
