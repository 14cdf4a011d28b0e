import { asWireError } from "../../bridge/engine-error";
import type { EngineRoom } from "../../page/engine-room";
import { text } from "../text";
import type { Attempt } from "./attempt";
import type { Files } from "./files";
import type { ModelsState } from "./state";

/** The diagnostics report: made when asked for, copied or saved; it holds no text of a message. */
export class Report {
  constructor(
    private readonly state: ModelsState,
    private readonly room: EngineRoom,
    private readonly files: Files,
    /** Facts of the page, for the report. */
    private readonly pageFacts: () => Record<string, unknown>,
    private readonly attempt: Attempt,
  ) {}

  async make(): Promise<void> {
    const { report } = this.state;
    report.value = { kind: "making" };
    try {
      const facts = { page: this.pageFacts(), engine: await this.room.diagnose() };
      report.value = { kind: "made", report: JSON.stringify(facts, null, 2) };
    } catch (raw) {
      report.value = { kind: "failed", error: asWireError(raw) };
    }
  }

  async copy(): Promise<void> {
    const made = this.#made();
    if (made === null) return;
    await this.attempt(async () => {
      await this.files.copy(made);
      this.state.report.value = { kind: "copied", report: made };
    });
  }

  save(): void {
    const made = this.#made();
    if (made === null) return;
    const url = this.files.urlOf(new Blob([made], { type: "application/json" }));
    this.files.save(text.models.engine.reportFile, url);
  }

  #made(): string | null {
    const { value } = this.state.report;
    return value.kind === "made" || value.kind === "copied" ? value.report : null;
  }
}
