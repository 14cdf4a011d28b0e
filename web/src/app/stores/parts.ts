/** The parts of an answer, in the order they came. */

import type { ApprovalChoice } from "../../protocol/wire";

/** `asking`: a person's consent is waited for. `abandoned`: the turn ended before it did. */
export type ToolState = "asking" | "running" | "done" | "failed" | "denied" | "abandoned";

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
  /** Where consent was asked for; present as soon as it can be answered. */
  asked?: { approval: string; question: string };
  /** What a person answered. */
  choice?: ApprovalChoice;
  /** When the tool itself began and ended, in ms; present as soon as it has. */
  startedAt?: number;
  endedAt?: number;
}

export type Part = ThinkingPart | TextPart | ToolPart;
