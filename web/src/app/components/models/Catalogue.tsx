/** The list to choose from: searched, filtered, in groups. */
import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Task } from "../../../protocol/wire";
import { choices, firstOf, groupChoices, type Choice, type ChoiceGroup, type Knowledge } from "../../catalogue";
import { NO_FILTERS, storedStateOf } from "../../models/state";
import { text } from "../../text";
import { useApp } from "../context";
import { enterList, moveThroughList } from "./list-keys";
import { ModelRow } from "./ModelRow";
import { OfferLine } from "./Offer";
import { useGrowing } from "./use-growing";

export function Catalogue(): JSX.Element {
  const { state, models } = useApp();
  const list = useRef<HTMLDivElement>(null);
  const records = state.catalogue.value;
  if (records === null) return <p class="sheet-note">{text.models.waiting}</p>;
  const { verdicts, stored } = state.models;
  const knowledge: Knowledge = {
    verdict: (id) => verdicts.of(id).value,
    stored: (record) => storedStateOf(stored.value, null, record),
  };
  const filters = state.models.filters.value;
  const shown = choices(records, state.device.value, filters, knowledge);
  return (
    <>
      <Search shown={shown.length} all={records.length} list={list} />
      <div
        ref={list}
        class="choices"
        data-scroll
        onKeyDown={(event) => {
          moveThroughList(event, list.current);
        }}
      >
        <OfferLine place="models" />
        {state.device.value?.webgpu === false && <p class="sheet-note">{text.models.noWebGpu}</p>}
        {shown.length === 0 && (
          <p class="sheet-note">
            {text.models.none}{" "}
            <button
              type="button"
              class="link-button"
              onClick={() => {
                models.filter(NO_FILTERS);
              }}
            >
              {text.models.clearFilters}
            </button>
          </p>
        )}
        <Groups shown={shown} />
      </div>
    </>
  );
}

function Groups({ shown }: { shown: readonly Choice[] }): JSX.Element {
  const drawn = useGrowing(shown.length);
  return (
    <>
      {firstOf(groupChoices(shown), drawn).map((group) => (
        <Group key={group.kind} group={group} />
      ))}
    </>
  );
}

function Search({
  shown,
  all,
  list,
}: {
  shown: number;
  all: number;
  list: RefObject<HTMLElement | null>;
}): JSX.Element {
  const { state, models } = useApp();
  const filters = state.models.filters.value;
  const words = text.models.filters;
  const field = useRef<HTMLInputElement>(null);
  // At once: whoever has turned to something else a moment later keeps it.
  useLayoutEffect(() => {
    // With a keyboard at hand the first thing to do is to type a name; a tab that was moved to keeps the focus.
    const moved = document.activeElement?.getAttribute("role") === "tab";
    if (!moved && matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, []);
  return (
    <div class="search">
      <input
        ref={field}
        type="search"
        data-testid="model-search"
        value={filters.query}
        placeholder={text.models.searchPlaceholder}
        aria-label={text.models.search}
        autoComplete="off"
        spellcheck={false}
        onInput={(event) => {
          models.filter({ query: event.currentTarget.value });
        }}
        onKeyDown={(event) => {
          enterList(event, list.current);
        }}
      />
      <div class="filters" role="group" aria-label={words.label}>
        <Toggle
          id="filter-fits"
          label={words.fits}
          on={filters.fits}
          onChange={(fits) => {
            models.filter({ fits });
          }}
        />
        <Toggle
          id="filter-here"
          label={words.here}
          on={filters.here}
          onChange={(here) => {
            models.filter({ here });
          }}
        />
        <TaskFilter />
        <p class="muted" role="status" data-testid="model-count">
          {text.models.count(shown, all)}
        </p>
      </div>
    </div>
  );
}

function Toggle({
  id,
  label,
  on,
  onChange,
}: {
  id: string;
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}): JSX.Element {
  return (
    <button
      type="button"
      class="toggle"
      data-testid={id}
      aria-pressed={on}
      onClick={() => {
        onChange(!on);
      }}
    >
      {label}
    </button>
  );
}

function TaskFilter(): JSX.Element {
  const { state, models } = useApp();
  const { task } = state.models.filters.value;
  const tasks = Object.entries(text.models.tasks) as [Task, string][];
  return (
    <label class="task-filter" data-on={task !== null}>
      <span>{text.models.filters.task}</span>
      <select
        data-testid="filter-task"
        value={task ?? ""}
        onChange={(event) => {
          const chosen = tasks.find(([name]) => name === event.currentTarget.value);
          models.filter({ task: chosen?.[0] ?? null });
        }}
      >
        <option value="">{text.models.filters.anyTask}</option>
        {tasks.map(([name, label]) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Group({ group }: { group: ChoiceGroup }): JSX.Element {
  const id = `models-${group.kind}`;
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{text.models[group.kind]}</h3>
      <ul>
        {group.choices.map(({ record }) => (
          <ModelRow key={record.id} record={record} />
        ))}
      </ul>
    </section>
  );
}
