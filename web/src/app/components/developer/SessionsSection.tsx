/** The sessions of this page as Amplifier has mounted them. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ContextView, MountedHook, MountedTool, SessionView } from "../../../protocol/wire";
import { count } from "../../format";
import { isRecord } from "../../stores/payload";
import { text } from "../../text";
import { useApp } from "../context";
import { ErrorCard } from "../ErrorCard";
import { useInside } from "../inside";

export function SessionsSection(): JSX.Element {
  const { state } = useApp();
  const { inspector } = useInside().developer;
  const ready = state.python.value.kind === "ready";
  const busy = state.busy.value;
  useEffect(() => {
    // Told anew when a turn is over: it may have made a session.
    if (ready) inspector.ask();
  }, [ready, busy]);
  const inspection = inspector.state.value;
  const words = text.developer.sessions;
  if (!ready) return <p role="status">{words.waits}</p>;
  if (inspection.kind === "failed") return <ErrorCard error={inspection.error} />;
  const sessions = inspection.kind === "told" ? inspection.sessions : inspection.kind === "asking" ? inspection.before : [];
  return (
    <>
      <p>
        <button
          type="button"
          class="outlined small"
          data-testid="sessions-refresh"
          onClick={() => {
            inspector.ask();
          }}
        >
          {words.refresh}
        </button>
      </p>
      {inspection.kind === "told" && sessions.length === 0 && <p data-testid="sessions-none">{words.none}</p>}
      {sessions.map((session) => (
        <Session key={session.conversation} of={session} />
      ))}
    </>
  );
}

function Session({ of: session }: { of: SessionView }): JSX.Element {
  const words = text.developer.sessions;
  const { conversation, running, plan, provider, tools, hooks, context } = session;
  return (
    <article class="card session" data-testid="session" aria-label={words.title(conversation)}>
      <h3>
        <code>{conversation}</code>
        {running && <span class="muted">{words.running}</span>}
      </h3>
      <Window of={context} />
      <Modules plan={plan} />
      <Tools of={tools} />
      <Hooks of={hooks} />
      {provider !== null && <Folded title={words.provider} of={provider} />}
      <Folded title={words.plan} of={plan} />
    </article>
  );
}

function Window({ of: { messages, tokens, window } }: { of: ContextView }): JSX.Element {
  const words = text.developer.sessions;
  if (tokens === null || window === null) return <p>{words.windowUnknown(count(messages))}</p>;
  const sentence = words.windowOf(count(tokens), count(window), count(messages));
  return (
    <p class="window">
      <meter min={0} max={window} value={Math.min(tokens, window)} aria-label={words.window} />
      <span>{sentence}</span>
    </p>
  );
}

type ModulePlace = keyof typeof text.developer.sessions.places;

/** What the mount plan names, place by place. */
function modulesIn(plan: SessionView["plan"]): [ModulePlace, string][] {
  const session = isRecord(plan["session"]) ? plan["session"] : {};
  const lists = (["providers", "tools", "hooks"] as const).flatMap((place) => {
    const listed: unknown = plan[place];
    return (Array.isArray(listed) ? listed : []).map((each) => [place, each] as const);
  });
  const named = [["orchestrator", session["orchestrator"]] as const, ["context", session["context"]] as const, ...lists];
  return named.flatMap(([place, each]): [ModulePlace, string][] =>
    isRecord(each) && typeof each["module"] === "string" ? [[place, each["module"]]] : [],
  );
}

function Modules({ plan }: Pick<SessionView, "plan">): JSX.Element {
  const words = text.developer.sessions;
  return (
    <Rows
      caption={words.modules}
      testId="modules"
      columns={[words.place, words.module]}
      rows={modulesIn(plan).map(([place, module]) => [words.places[place], module])}
    />
  );
}

function Tools({ of }: { of: readonly MountedTool[] }): JSX.Element {
  const words = text.developer.sessions;
  const rows = of.map(({ name, description }) => [name, description]);
  return <Rows caption={words.tools} testId="tools" columns={[words.tool, words.about]} rows={rows} />;
}

function Hooks({ of }: { of: readonly MountedHook[] }): JSX.Element {
  const words = text.developer.sessions;
  const rows = of.map(({ event, name, priority }) => [event, name, priority === null ? "–" : String(priority)]);
  return <Rows caption={words.hooks} testId="hooks" columns={[words.event, words.hook, words.priority]} rows={rows} />;
}

interface RowsProps {
  caption: string;
  testId: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A table behind its name: a session has many of them. */
function Rows({ caption, testId, columns, rows }: RowsProps): JSX.Element {
  return (
    <details class="folded" data-testid={`session-${testId}`}>
      <summary>
        {caption} <span class="muted">{count(rows.length)}</span>
      </summary>
      <div class="history-table" tabIndex={0} role="region" aria-label={caption}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells, place) => (
              <tr key={`${cells.join(" ")} ${String(place)}`}>
                {cells.map((cell, column) => (
                  <td key={columns[column]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Folded({ title, of }: { title: string; of: unknown }): JSX.Element {
  return (
    <details class="folded">
      <summary>{title}</summary>
      <pre tabIndex={0} role="region" aria-label={title}>
        {JSON.stringify(of, null, 2)}
      </pre>
    </details>
  );
}
