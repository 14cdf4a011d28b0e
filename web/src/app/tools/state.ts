/** What is known of tools in the page: one signal per concern. Views read it; only `Tools` and its parts write it. */
import { signal, type Signal } from "@preact/signals";
import type { CustomTool, PageService } from "../../protocol/wire";
import type { Turn } from "../stores/turn";
import type { HookChoices } from "./hooks";
import type { ToolChoices } from "./settings";

/** A tool wants to read from a site that nobody has allowed yet. */
export interface SiteQuestion {
  id: string;
  /** The origin: scheme, host and port. */
  site: string;
  url: string;
  /** The turn in which it is asked. */
  turn: string | null;
}

export type SiteAnswer = "once" | "always" | "deny";

/** One thing that a tool did outside of the conversation. */
export interface Activity {
  id: string;
  service: PageService;
  /** A site, a file's name, a number of characters, a tool's name; never the content. */
  what: string;
  at: number;
  outcome: "underway" | "done" | { failed: string };
}

export interface ToolsState {
  choices: Signal<ToolChoices>;
  hooks: Signal<HookChoices>;
  own: Signal<readonly CustomTool[]>;
  /** Origins, in order. */
  sites: Signal<readonly string[]>;
  questions: Signal<readonly SiteQuestion[]>;
  /** What was tried by hand in the place for tools, by the tool's name. */
  trials: Signal<ReadonlyMap<string, Turn>>;
  /** Newest first. */
  activity: Signal<readonly Activity[]>;
}

export function createToolsState(): ToolsState {
  return {
    choices: signal<ToolChoices>({}),
    hooks: signal<HookChoices>({}),
    own: signal<readonly CustomTool[]>([]),
    sites: signal<readonly string[]>([]),
    questions: signal<readonly SiteQuestion[]>([]),
    trials: signal<ReadonlyMap<string, Turn>>(new Map()),
    activity: signal<readonly Activity[]>([]),
  };
}
