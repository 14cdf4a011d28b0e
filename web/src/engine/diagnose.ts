import type { EngineEvent, EngineEventName, EngineState, QueryResult, WireError } from "../protocol/wire";
import { PROTOCOL } from "../protocol/wire";
import { type DeviceScope, describeBrowser, describeGpu } from "./diagnose-device";
import { toWireError } from "./errors";
import type { EngineJournal } from "./journal";
import { Scrubber } from "./scrubber";
import type { Client, Services } from "./services";

export interface DiagnoseOptions {
  journal: EngineJournal;
  /** The state of the engine, and which models are of the user's own: their names are left out. */
  host: { readonly state: EngineState; models(): { id: string; name: string; custom?: boolean }[] };
  /** Versions of this package and of the engines. */
  versions: () => Record<string, string>;
  scope: DeviceScope;
  /** The other rooms: where they know which models are stored and where the ladder stands, the report says so. */
  others: Pick<Services, "queries">;
}

/** How many of the newest events of a kind a report has. */
const NEWEST = 20;

const ERRORS: readonly EngineEventName[] = [
  "load_failed",
  "download_failed",
  "file_corrupt",
  "request_failed",
  "recovery_failed",
];
const RECOVERIES: readonly EngineEventName[] = ["recovery_started", "recovery_finished", "recovery_failed"];

/**
 * The query `diagnose`: a report that can be attached to a bug report.
 *
 * It has figures, versions, codes and the device's own words; no text of any message, no names of the user's own
 * models, no URL's query or credentials.
 */
export function diagnoseService(options: DiagnoseOptions): Services {
  return {
    queries: {
      diagnose: async () => ({ type: "diagnostics", report: await report(options) }),
    },
    openings: {},
  };
}

async function report(options: DiagnoseOptions): Promise<Record<string, unknown>> {
  const { journal, host, versions, scope } = options;
  const events = journal.events;
  const newest = (...names: EngineEventName[]): EngineEvent[] =>
    events.filter(({ name }) => names.includes(name)).slice(-NEWEST);
  const { stored, ladder } = options.others.queries;
  const [gpu, browser, files, rungs] = await Promise.all([
    describeGpu(scope),
    describeBrowser(scope),
    told(stored?.({ type: "stored", ...ASKING }, SELF)),
    told(ladder?.({ type: "ladder", ...ASKING }, SELF)),
  ]);
  const scrubber = new Scrubber(host.models());
  return scrubber.scrub({
    made_at: new Date().toISOString(),
    versions: { protocol: PROTOCOL, ...versions() },
    browser,
    gpu,
    engine: describeState(host.state),
    stored: files,
    ladder: rungs,
    errors: newest(...ERRORS),
    recoveries: newest(...RECOVERIES),
    loads: newest("load_started", "loaded", "unloaded"),
    requests: newest("request_finished"),
    events: counts(events),
  }) as Record<string, unknown>;
}

const SELF: Client = { key: "diagnose:", name: "diagnose" };
const ASKING = { id: "diagnose", epoch: "diagnose" };

/** What another room says; its trouble is part of the report. */
async function told(answer: Promise<QueryResult> | undefined): Promise<unknown> {
  try {
    return (await answer) ?? null;
  } catch (raw) {
    return { error: describeError(toWireError(raw)) };
  }
}

function describeState(state: EngineState): unknown {
  switch (state.type) {
    case "lost":
      return { ...state, error: describeError(state.error) };
    case "loading":
      return {
        ...state,
        ...(state.recovering === undefined ? {} : { recovering: describeError(state.recovering) }),
      };
    default:
      return state;
  }
}

/** Errors of a device speak of the device; what others say may quote what was asked. */
const OF_THE_DEVICE: ReadonlySet<WireError["code"]> = new Set([
  "webgpu_unavailable",
  "adapter_unavailable",
  "feature_missing",
  "download_failed",
  "integrity_failed",
  "quota_exceeded",
  "out_of_memory",
  "device_lost",
  "shader_failed",
  "worker_died",
  "engine_hung",
]);

function describeError({ code, message, details }: WireError): unknown {
  return OF_THE_DEVICE.has(code) ? { code, message, details: details ?? {} } : { code };
}

function counts(events: readonly EngineEvent[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { name } of events) found[name] = (found[name] ?? 0) + 1;
  return found;
}
