/** A tool call in the conversation, with the answer of the person whose conversation it is. */
import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import type { ToolPart } from "../../stores/turn";
import { useApp } from "../context";
import { ToolsContext } from "./context";
import { ToolCard } from "./ToolCard";

export function TurnTool({ part }: { part: ToolPart }): JSX.Element {
  const { actions } = useApp();
  const tools = useContext(ToolsContext);
  return (
    <ToolCard
      part={part}
      onApprove={(approval, choice) => {
        tools?.approved(approval, choice);
        actions.approve(approval, choice);
      }}
    />
  );
}
