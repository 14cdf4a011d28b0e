/** The parts of an answer, in the order they came. */

export type ToolState = "running" | "done" | "failed" | "abandoned";

export interface ThinkingPart {
  kind: "thinking";
  key: string;
  text: string;
  open: boolean;
  startedAt: number;
  endedAt: number | null;
}

export interface TextPart {
  kind: "text";
  key: string;
  text: string;
  open: boolean;
}

export interface ToolPart {
  kind: "tool";
  key: string;
  callId: string;
  name: string;
  arguments: string;
  result: string;
  state: ToolState;
}

export type Part = ThinkingPart | TextPart | ToolPart;
