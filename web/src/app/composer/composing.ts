/** The message that is being written: what goes with it, and what could not. */
import { signal, type Signal } from "@preact/signals";
import type { AppState } from "../state";
import { attach, type Refusal, type Room } from "./attaching";
import type { Templates } from "./templates";

/** What stands open above the message box. */
export type ComposerPanel = "templates" | "instruction" | null;

export class Composing {
  readonly panel: Signal<ComposerPanel> = signal<ComposerPanel>(null);
  readonly refused: Signal<readonly Refusal[]> = signal<readonly Refusal[]>([]);

  constructor(
    private readonly state: AppState,
    readonly templates: Templates,
    private readonly newId: () => string,
  ) {}

  async attach(files: readonly File[]): Promise<void> {
    const { attached } = this.state;
    const { attached: taken, refused } = await attach(files, attached.value, this.#room(), this.newId);
    attached.value = [...attached.value, ...taken];
    this.refused.value = refused;
  }

  detach(id: string): void {
    const { attached } = this.state;
    attached.value = attached.value.filter((each) => each.id !== id);
    this.refused.value = [];
  }

  /** The template goes where nothing is written, else behind what is. */
  insert(template: string): void {
    const { draft } = this.state;
    draft.value = draft.value.trim() === "" ? template : `${draft.value.trimEnd()}\n\n${template}`;
  }

  #room(): Room {
    const engine = this.state.engine.value;
    const model = this.state.modelName.value;
    // What a server's model takes is known to the server alone, which says so.
    if (this.state.serverAnswers.value) return { contextTokens: null, images: true, model };
    if (engine.kind !== "ready") return { contextTokens: null, images: false, model };
    const { context_window: contextTokens, capabilities } = engine.model;
    return { contextTokens, images: capabilities.images, model };
  }
}
