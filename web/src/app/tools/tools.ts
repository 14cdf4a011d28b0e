/**
 * The tools of the page: what a person has chosen of them and of hooks, and what tools in Python ask of the page.
 * With its consent and its trials the only writer of `ToolsState`.
 */
import { PageCalls, type PageServices } from "../../page/page-calls";
import type { ApprovalChoice, CustomTool, PageAnswer, PythonMessage, SessionSettings } from "../../protocol/wire";
import type { ToPython } from "../../page/python-host";
import type { AppDatabase } from "../database/database";
import { hookSettings, readHookChoices, type HookName } from "./hooks";
import { readChoices, toolSettings, type ToolChoice, type ToolChoices } from "./settings";
import { readTool } from "./own-tool";
import { SiteConsent } from "./site-consent";
import type { SiteAnswer, ToolsState } from "./state";
import { Trials, TRIALS } from "./trials";
import { text } from "../text";

export interface ToolsOptions {
  state: ToolsState;
  send: (message: ToPython) => void;
  /** What this page does for tools, once a site may be read. */
  services: (mayRead: SiteConsent["mayRead"]) => PageServices;
  newId: () => string;
  now: () => number;
  conversationOf: (turn: string | undefined) => string | null;
  /** What a session is made with beside its tools and hooks. */
  settings: () => SessionSettings;
  announce: (sentence: string) => void;
  /** What could not be kept; it counts for as long as the page lives. */
  failed: (error: unknown) => void;
}

type ToolsDatabase = Pick<AppDatabase, "settings" | "tools" | "changes">;

const CHOICES = "tools";
const SITES = "tools.sites";
const HOOKS = "tools.hooks";

export class Tools {
  readonly state: ToolsState;
  readonly trials: Trials;
  readonly #calls: PageCalls;
  readonly #consent: SiteConsent;
  #database: ToolsDatabase | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: ToolsOptions) {
    const { state, newId, now, send } = options;
    this.state = state;
    this.trials = new Trials({
      state: state.trials,
      send,
      newId,
      now,
      settingsFor: (tool) => this.#settingsToTry(tool),
      approved: (approval, choice) => {
        this.approved(approval, choice);
      },
    });
    this.#consent = new SiteConsent({
      state,
      newId,
      conversationOf: (turn) => (this.trials.has(turn) ? TRIALS : options.conversationOf(turn)),
      allow: (site) => {
        this.allowSite(site);
      },
      asked: (site) => {
        options.announce(text.tools.site.announced(site));
      },
    });
    const services = options.services((url, context) => this.#consent.mayRead(url, context));
    this.#calls = new PageCalls(services, (answer: PageAnswer) => {
      send(answer);
    });
  }

  /** The part of a session's settings that is about tools and hooks. */
  settings(): SessionSettings {
    return this.#settingsWith(this.state.choices.value);
  }

  // ---- what a person does -------------------------------------------------------------------

  choose(tool: string, choice: ToolChoice): void {
    const { choices } = this.state;
    choices.value = { ...choices.value, [tool]: { ...choices.value[tool], ...choice } };
    this.#keep((database) => database.settings.set(CHOICES, choices.value));
  }

  /** Whether a hook watches conversations from now on. */
  chooseHook(hook: HookName, on: boolean): void {
    const { hooks } = this.state;
    hooks.value = { ...hooks.value, [hook]: on };
    this.#keep((database) => database.settings.set(HOOKS, hooks.value));
  }

  allowSite(site: string): void {
    this.#setSites([...new Set([...this.state.sites.value, site])].sort());
  }

  revokeSite(site: string): void {
    this.#setSites(this.state.sites.value.filter((each) => each !== site));
  }

  /** Keep a tool; `before`: the name that it had. */
  keepOwn(tool: CustomTool, before: string | null): void {
    const { own } = this.state;
    const others = own.value.filter(({ name }) => name !== tool.name && name !== before);
    own.value = [...others, tool].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#keep((database) => database.tools.set(tool.name, tool));
    if (before !== null && before !== tool.name) this.#dropOwn(before);
  }

  removeOwn(name: string): void {
    this.state.own.value = this.state.own.value.filter((tool) => tool.name !== name);
    this.#dropOwn(name);
  }

  answerSite(question: string, answer: SiteAnswer): void {
    this.#consent.answer(question, answer);
  }

  /** Consent to a call of the fetch tool is consent to its site. */
  approved(approval: string, choice: ApprovalChoice): void {
    this.#consent.approved(approval, choice);
  }

  // ---- what others say ----------------------------------------------------------------------

  /** A message of the Python worker, at its arrival. */
  receive(message: PythonMessage): void {
    switch (message.type) {
      case "page_call":
        this.#calls.receive(message);
        return;
      case "page_call_cancelled":
        this.#calls.cancel(message.call);
        return;
      case "approval_asked":
        if (message.tool === "fetch") this.#consent.approvalAsked(message);
        // In a conversation it is told with the rest of the answer.
        if (this.trials.has(message.id)) this.options.announce(text.tools.approval.announced(message.tool));
        break;
      case "python_failed":
        this.#calls.cancelAll();
        break;
      case "approval_withdrawn":
      case "booting":
      case "booted":
      case "turn_event":
      case "turn_ended":
      case "turn_failed":
      case "inspected":
      case "wire_seen":
        break;
    }
    this.trials.receive(message);
  }

  /** Read what is kept, and keep what changes from now on. */
  async attach(database: ToolsDatabase): Promise<void> {
    await this.#read(database);
    this.#database = database;
    database.changes.listen(({ kind, id }, from) => {
      const ours = kind === "tool" || (kind === "setting" && [CHOICES, SITES, HOOKS].includes(id));
      if (ours && from === "elsewhere") this.#read(database).catch(this.options.failed);
    });
  }

  // ---- inside -------------------------------------------------------------------------------

  async #read({ settings, tools }: ToolsDatabase): Promise<void> {
    const [choices, sites, hooks, own] = await Promise.all([
      settings.get(CHOICES),
      settings.get(SITES),
      settings.get(HOOKS),
      tools.all(),
    ]);
    const { state } = this;
    state.choices.value = readChoices(choices);
    state.sites.value = Array.isArray(sites) ? sites.filter((site) => typeof site === "string") : [];
    state.hooks.value = readHookChoices(hooks);
    state.own.value = own.map(({ value }) => readTool(value)).filter((tool) => tool !== null);
  }

  #setSites(sites: readonly string[]): void {
    this.state.sites.value = sites;
    this.#keep((database) => database.settings.set(SITES, sites));
  }

  #dropOwn(name: string): void {
    this.#keep((database) => database.tools.remove(name));
    const choices = Object.fromEntries(
      Object.entries(this.state.choices.value).filter(([tool]) => tool !== name),
    );
    this.state.choices.value = choices;
    this.#keep((database) => database.settings.set(CHOICES, choices));
  }

  #keep(write: (database: ToolsDatabase) => Promise<void>): void {
    const database = this.#database;
    if (database === null) return;
    // One after the other: what is said last is what stays.
    this.#writing = this.#writing.then(() => write(database)).catch(this.options.failed);
  }

  #settingsWith(choices: ToolChoices): SessionSettings {
    return { ...toolSettings(choices, this.state.own.value), ...hookSettings(this.state.hooks.value) };
  }

  /** A tool that is off may be tried all the same. */
  #settingsToTry(tool: string): SessionSettings {
    const choices = this.state.choices.value;
    const offered = { ...choices, [tool]: { ...choices[tool], on: true } };
    return { ...this.options.settings(), ...this.#settingsWith(offered) };
  }
}
