/** One model of the list: a line that says what it takes, its one next step, and the rest behind a click. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ModelRecord } from "../../../protocol/wire";
import { obstacleOf } from "../../catalogue";
import { bytes, count, megabytes } from "../../format";
import { storedStateOf } from "../../models/state";
import type { AppState } from "../../state";
import { modelOf } from "../../stores/engine";
import { text } from "../../text";
import { useApp } from "../context";
import { ModelAction } from "./ModelAction";
import { ModelDetails } from "./ModelDetails";
import { ModelQuestion } from "./ModelQuestion";
import { TransferLine } from "./TransferLine";
import { useDerived } from "./use-derived";
import { useSeen } from "./use-seen";

export function ModelRow({ record }: { record: ModelRecord }): JSX.Element {
  const { state, models } = useApp();
  const row = useRef<HTMLLIElement>(null);
  const open = useDerived(() => state.models.opened.value === record.id, [state, record]);
  useSeen(row, () => {
    models.seen(record.id);
  });
  useEffect(() => {
    const element = row.current;
    if (!open || element === null) return;
    // Opened from elsewhere (an offer, a suggestion): go there.
    const visited = element.contains(document.activeElement);
    element.scrollIntoView({ block: visited ? "nearest" : "start" });
    if (!visited) element.querySelector("button")?.focus({ preventScroll: true });
  }, [open]);
  const details = `model-${record.id}`;
  return (
    <li ref={row} class="model" data-testid="model-option" data-model={record.id} data-open={open}>
      <div class="model-line">
        <button
          type="button"
          class="model-head"
          data-list-item
          aria-expanded={open}
          aria-controls={details}
          onClick={() => {
            models.toggle(record.id);
          }}
        >
          <span class="model-title">
            <span class="choice-name">{record.name}</span>
            <Chips record={record} />
          </span>
          <span class="choice-facts">
            {factsOf(record).map(([name, fact]) => (
              <span key={name} data-fact={name}>
                {fact}
              </span>
            ))}
          </span>
          <VerdictLine record={record} />
        </button>
        <ModelAction record={record} />
      </div>
      <ModelQuestion record={record} />
      <TransferLine record={record} />
      <div id={details}>{open && <ModelDetails record={record} />}</div>
    </li>
  );
}

function Chips({ record }: { record: ModelRecord }): JSX.Element {
  const { state } = useApp();
  const chips = useDerived(() => chipsOf(state, record).join("\n"), [state, record]);
  return (
    <>
      {chips
        .split("\n")
        .filter((chip) => chip !== "")
        .map((chip) => (
          <span key={chip} class="chip">
            {chip}
          </span>
        ))}
    </>
  );
}

function chipsOf(state: AppState, record: ModelRecord): string[] {
  const engine = state.engine.value;
  const verdict = state.models.verdicts.of(record.id).value;
  const here = storedStateOf(state.models.stored.value, verdict, record);
  const chips: string[] = [];
  if (modelOf(engine) === record.id && engine.kind === "ready") chips.push(text.models.chips.loaded);
  else if (modelOf(engine) === record.id && engine.kind === "loading") chips.push(text.models.chips.loading);
  if (engine.kind === "ready" && engine.incoming?.model === record.id) chips.push(text.models.chips.behind);
  if (record.embedded) chips.push(text.models.chips.embedded);
  else if (here !== "none") chips.push(text.models.chips[here]);
  return chips;
}

/** What the engine room says of it, or, until then, what its record says. */
function VerdictLine({ record }: { record: ModelRecord }): JSX.Element | null {
  const { state } = useApp();
  const verdict = state.models.verdicts.of(record.id).value;
  const device = state.device.value;
  if (record.embedded) return <span class="verdict">{text.models.demoNote}</span>;
  if (verdict === null) {
    const obstacle = device === null ? null : obstacleOf(record, device);
    return obstacle === null ? null : (
      <span class="verdict" data-fits={false}>
        {obstacle}
      </span>
    );
  }
  if (verdict.fits) {
    const where = verdict.device === null ? null : text.engine.devices[verdict.device];
    return (
      <span class="verdict" data-testid="verdict" data-fits={true}>
        {where === null ? text.models.verdict.fits : text.models.verdict.fitsOn(where)}
      </span>
    );
  }
  return (
    <span class="verdict" data-testid="verdict" data-fits={false}>
      {verdict.reason?.message ?? text.models.verdict.not}
    </span>
  );
}

function factsOf(record: ModelRecord): [name: string, fact: string][] {
  const { download_bytes: download, memory_mb: memory, context_window: context } = record;
  const facts: [string, string | null][] = [
    ["download", download === null ? null : text.models.download(bytes(download))],
    ["memory", memory === null ? null : text.models.memory(megabytes(memory))],
    ["context", context === null ? null : text.models.context(count(context))],
    ["weights", record.quantization],
    ["kind", record.kind === undefined || record.kind === "text" ? null : text.models.kinds[record.kind]],
  ];
  return facts.flatMap(([name, fact]) => (fact === null || fact === "" ? [] : [[name, fact]]));
}
