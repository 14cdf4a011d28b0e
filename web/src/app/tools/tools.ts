/**
 * The tools of the page: what a person has chosen, what tools in Python ask of the page, and what is tried by hand.
 * The only writer of `ToolsState`.
 */
import { PageCalls, type PageServices } from "../../page/page-calls";
import type { ApprovalChoice, CustomTool, PageAnswer, PythonMessage, SessionSettings } from "../../protocol/wire";
import type { ToPython } from "../../page/python-host";
import type { AppDatabase } from "../database/database";
import { newTurn, RUNNING } from "../stores/turn";
import { reduceTrial } from "./trials";
import { readChoices, toolSettings, type ToolChoice, type ToolSettings } from "./settings";
import { readTool } from "./own-tool";
import { SiteConsent } from "./site-consent";
import type { SiteAnswer, ToolsState } from "./state";
import { text } from "../text";

export interface ToolsOptions {
  state: ToolsState;
  send: (message: ToPython) => void;
  /** What this page does for tools, once a site may be read. */
  services: (mayRead: SiteConsent["mayRead"]) => PageServices;
  newId: () => string;
  now: () => number;
  conversationOf: (turn: string | undefined) => string | null;
  /** What a session is made with beside its tools. */
  settings: () => SessionSettings;
  announce: (sentence: string) => void;
  /** What could not be kept; it counts for as long as the page lives. */
  failed: (error: unknown) => void;
}

type ToolsDatabase = Pick<AppDatabase, "settings" | "tools" | "changes">;

const CHOICES = "tools";
const SITES = "tools.sites";
/** The conversation that tools are tried in: it holds no turn of the model. */
const TRIALS = "tools";

export class Tools {
  readonly state: ToolsState;
  readonly #calls: PageCalls;
  readonly #consent: SiteConsent;
  #database: ToolsDatabase | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: ToolsOptions) {
    const { state, newId } = options;
    this.state = state;
    this.#consent = new SiteConsent({
      state,
      newId,
      conversationOf: (turn) => (this.#trialOf(turn) === null ? options.conversationOf(turn) : TRIALS),
      allow: (site) => {
        this.allowSite(site);
      },
      asked: (site) => {
        options.announce(text.tools.site.announced(site));
      },
    });
    const services = options.services((url, context) => this.#consent.mayRead(url, context));
    this.#calls = new PageCalls(services, (answer: PageAnswer) => {
      options.send(answer);
    });
  }

  /** The part of a session's settings that is about tools. */
  settings(): ToolSettings {
    return toolSettings(this.state.choices.value, this.state.own.value);
  }

  // ---- what a person does -------------------------------------------------------------------

  choose(tool: string, choice: ToolChoice): void {
    const { choices } = this.state;
    choices.value = { ...choices.value, [tool]: { ...choices.value[tool], ...choice } };
    this.#keep((database) => database.settings.set(CHOICES, choices.value));
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

  /** Run a tool by hand, through the same gates as the model's calls. */
  tryTool(tool: string, given: Readonly<Record<string, unknown>>): void {
    const id = this.options.newId();
    const turn = newTurn({ id, parent: null, question: tool, at: this.options.now() });
    this.#setTrial(tool, { ...turn, state: RUNNING });
    const settings = this.options.settings();
    const offered = toolSettings({ ...this.state.choices.value, [tool]: { ...this.state.choices.value[tool], on: true } }, this.state.own.value);
    this.options.send({
      type: "run_tool",
      id,
      conversation: TRIALS,
      tool,
      arguments: { ...given },
      settings: { ...settings, ...offered },
    });
  }

  stopTrial(tool: string): void {
    const turn = this.state.trials.value.get(tool);
    if (turn?.state.kind === "running") this.options.send({ type: "stop", id: turn.id });
  }

  answerSite(question: string, answer: SiteAnswer): void {
    this.#consent.answer(question, answer);
  }

  /** A person has answered a tool that asked, in a trial; `approved` hears of those in conversations. */
  approveTrial(tool: string, approval: string, choice: ApprovalChoice): void {
    this.approved(approval, choice);
    const turn = this.state.trials.value.get(tool);
    if (turn !== undefined) this.#setTrial(tool, reduceTrial(turn, { type: "approved", approval, choice }));
    this.options.send({ type: "approve", approval, choice });
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
        if (this.#trialOf(message.id) !== null) this.options.announce(text.tools.approval.announced(message.tool));
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
        break;
    }
    this.#followTrials(message);
  }

  /** Read what is kept, and keep what changes from now on. */
  async attach(database: ToolsDatabase): Promise<void> {
    await this.#read(database);
    this.#database = database;
    database.changes.listen(({ kind, id }, from) => {
      const ours = kind === "tool" || (kind === "setting" && (id === CHOICES || id === SITES));
      if (ours && from === "elsewhere") this.#read(database).catch(this.options.failed);
    });
  }

  // ---- inside -------------------------------------------------------------------------------

  async #read({ settings, tools }: ToolsDatabase): Promise<void> {
    const [choices, sites, own] = await Promise.all([settings.get(CHOICES), settings.get(SITES), tools.all()]);
    const { state } = this;
    state.choices.value = readChoices(choices);
    state.sites.value = Array.isArray(sites) ? sites.filter((site) => typeof site === "string") : [];
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

  #trialOf(turn: string | undefined): string | null {
    return [...this.state.trials.value].find(([, trial]) => trial.id === turn)?.[0] ?? null;
  }

  #setTrial(tool: string, turn: ReturnType<typeof newTurn>): void {
    this.state.trials.value = new Map([...this.state.trials.value, [tool, turn]]);
  }

  #followTrials(message: PythonMessage): void {
    const action = { type: "python", message, at: this.options.now() } as const;
    for (const [tool, turn] of this.state.trials.value) {
      const after = reduceTrial(turn, action);
      if (after !== turn) this.#setTrial(tool, after);
    }
  }
}
