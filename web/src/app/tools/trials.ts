/** Tools that are tried by hand, each in a turn without a question, which the same events write. */
import type { Signal } from "@preact/signals";
import type { ApprovalChoice, PythonMessage, SessionSettings } from "../../protocol/wire";
import type { ToPython } from "../../page/python-host";
import { emptyConversation, reduceConversation, type ConversationAction } from "../stores/conversation";
import { newTurn, RUNNING, type Turn } from "../stores/turn";

/** The conversation that tools are tried in: it holds no turn of the model. */
export const TRIALS = "tools";

type TrialAction = Extract<ConversationAction, { type: "approved" | "python" }>;

/** The trial after it; the same object where the message says nothing about it. */
function reduceTrial(turn: Turn, action: TrialAction): Turn {
  const alone = { ...emptyConversation("trial"), turns: [turn], leaf: turn.id };
  return reduceConversation(alone, action).turns[0] ?? turn;
}

export interface TrialsOptions {
  /** The last trial of each tool. */
  state: Signal<ReadonlyMap<string, Turn>>;
  send: (message: ToPython) => void;
  newId: () => string;
  now: () => number;
  /** What the session is made with in which a tool is tried. */
  settingsFor: (tool: string) => SessionSettings;
  /** A person has answered a tool that asked. */
  approved: (approval: string, choice: ApprovalChoice) => void;
}

export class Trials {
  constructor(private readonly options: TrialsOptions) {}

  /** Run a tool through the same gates as the model's calls. */
  run(tool: string, given: Readonly<Record<string, unknown>>): void {
    const { newId, now, send, settingsFor } = this.options;
    const id = newId();
    const turn = newTurn({ id, parent: null, question: tool, at: now() });
    this.#set(tool, { ...turn, state: RUNNING });
    send({
      type: "run_tool",
      id,
      conversation: TRIALS,
      tool,
      arguments: { ...given },
      settings: settingsFor(tool),
    });
  }

  stop(tool: string): void {
    const turn = this.options.state.value.get(tool);
    if (turn?.state.kind === "running") this.options.send({ type: "stop", id: turn.id });
  }

  approve(tool: string, approval: string, choice: ApprovalChoice): void {
    this.options.approved(approval, choice);
    const turn = this.options.state.value.get(tool);
    if (turn !== undefined) this.#set(tool, reduceTrial(turn, { type: "approved", approval, choice }));
    this.options.send({ type: "approve", approval, choice });
  }

  /** Whether a turn is a trial. */
  has(turn: string | undefined): boolean {
    return [...this.options.state.value.values()].some(({ id }) => id === turn);
  }

  /** A message of the Python worker, at its arrival. */
  receive(message: PythonMessage): void {
    const action = { type: "python", message, at: this.options.now() } as const;
    for (const [tool, turn] of this.options.state.value) {
      const after = reduceTrial(turn, action);
      if (after !== turn) this.#set(tool, after);
    }
  }

  #set(tool: string, turn: Turn): void {
    this.options.state.value = new Map([...this.options.state.value, [tool, turn]]);
  }
}
