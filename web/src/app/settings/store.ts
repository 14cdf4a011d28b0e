/** The settings of the page: read and changed here, kept in the database, the same in every tab. */
import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { SessionSettings } from "../../protocol/wire";
import type { AppDatabase } from "../database/database";
import { readChoices, type Choices } from "./choices";
import { effectiveMode, effectiveSettings, joined } from "./effective";
import { NO_SERVER, readServer, type Server } from "./server";

/** What this store needs of the database. */
export type SettingsDatabase = Pick<AppDatabase, "settings" | "changes"> & {
  conversations: Pick<AppDatabase["conversations"], "get">;
};

const EVERYWHERE = "answers";
const SERVER = "server";
const DEBUG = "debug";
const CONVERSATION = "answers/";

/** The record of the server's key: by itself, so that nothing that reads the settings has it by chance. */
export const SERVER_KEY = "server.key";

/** Records that no export and no report may hold. */
export const SECRET_SETTINGS: ReadonlySet<string> = new Set([SERVER_KEY]);

export class SettingsStore {
  readonly #everywhere: Signal<Choices> = signal({});
  readonly #here: Signal<ReadonlyMap<string, Choices>> = signal(new Map<string, Choices>());
  readonly #server: Signal<Server> = signal(NO_SERVER);
  readonly #key = signal("");
  readonly #debug = signal(false);
  /** What was changed before there was a database: it counts more than what lies there. */
  readonly #unsaved = new Map<string, unknown>();
  #database: SettingsDatabase | null = null;

  /** @param failed is told why something could not be kept; it counts for as long as the page lives. */
  constructor(private readonly failed: (error: unknown) => void) {}

  get everywhere(): ReadonlySignal<Choices> {
    return this.#everywhere;
  }

  get server(): ReadonlySignal<Server> {
    return this.#server;
  }

  /** Never to be written down, in the console or in a report. */
  get key(): ReadonlySignal<string> {
    return this.#key;
  }

  /** Whether the page shows what developers look for. */
  get debug(): ReadonlySignal<boolean> {
    return this.#debug;
  }

  /** A conversation's own choices. */
  of(conversation: string): Choices {
    return this.#here.value.get(conversation) ?? {};
  }

  /** What a conversation's session is made with. */
  settingsFor(conversation: string): SessionSettings {
    return effectiveSettings(this.#everywhere.value, this.of(conversation), this.#access());
  }

  /** Whether a server answers this conversation, always or where the browser cannot. */
  usesServer(conversation: string): boolean {
    return effectiveMode(joined(this.#everywhere.value, this.of(conversation)), this.#access()) !== "client_side";
  }

  /** Address of the server where any conversation may be answered by it, else null. */
  get reached(): string | null {
    const all = [{}, ...this.#here.value.values()];
    const wanted = all.some((here) => effectiveMode(joined(this.#everywhere.value, here), this.#access()) !== "client_side");
    return wanted ? this.#server.value.base_url : null;
  }

  choose(choices: Choices): void {
    this.#everywhere.value = choices;
    this.#keep(EVERYWHERE, choices);
  }

  /** A conversation's own choices; none at all: it goes by those for everywhere. */
  chooseFor(conversation: string, choices: Choices): void {
    this.#take(conversation, choices);
    this.#keep(`${CONVERSATION}${conversation}`, Object.keys(choices).length === 0 ? null : choices);
  }

  setServer(server: Server): void {
    this.#server.value = server;
    this.#keep(SERVER, server);
  }

  setKey(key: string): void {
    this.#key.value = key;
    this.#keep(SERVER_KEY, key === "" ? null : key);
  }

  setDebug(debug: boolean): void {
    this.#debug.value = debug;
    this.#keep(DEBUG, debug);
  }

  /** Read what is kept, and keep what changes from now on. */
  async attach(database: SettingsDatabase): Promise<void> {
    const kept = await database.settings.all();
    for (const { id, value } of kept) if (!this.#unsaved.has(id)) this.#read(id, value);
    this.#database = database;
    for (const [id, value] of this.#unsaved) this.#write(database, id, value);
    this.#unsaved.clear();
    database.changes.listen((change, from) => {
      if (change.kind === "setting" && from === "elsewhere") void this.#readAgain(database, change.id);
      if (change.kind === "conversation" && this.#here.value.has(change.id)) void this.#dropGone(database, change.id);
    });
  }

  #access(): { server: Server; key: string } {
    return { server: this.#server.value, key: this.#key.value };
  }

  #keep(id: string, value: unknown): void {
    if (this.#database === null) this.#unsaved.set(id, value);
    else this.#write(this.#database, id, value);
  }

  #write({ settings }: SettingsDatabase, id: string, value: unknown): void {
    (value === null ? settings.remove(id) : settings.set(id, value)).catch(this.failed);
  }

  async #readAgain({ settings }: SettingsDatabase, id: string): Promise<void> {
    try {
      this.#read(id, await settings.get(id));
    } catch (error) {
      this.failed(error);
    }
  }

  /** A conversation that is no more has no settings. */
  async #dropGone({ conversations }: SettingsDatabase, id: string): Promise<void> {
    try {
      if ((await conversations.get(id)) === null) this.chooseFor(id, {});
    } catch (error) {
      this.failed(error);
    }
  }

  #read(id: string, value: unknown): void {
    if (id.startsWith(CONVERSATION)) this.#take(id.slice(CONVERSATION.length), readChoices(value));
    else if (id === EVERYWHERE) this.#everywhere.value = readChoices(value);
    else if (id === SERVER) this.#server.value = readServer(value);
    else if (id === SERVER_KEY) this.#key.value = typeof value === "string" ? value : "";
    else if (id === DEBUG) this.#debug.value = value === true;
  }

  #take(conversation: string, choices: Choices): void {
    const next = new Map(this.#here.value);
    if (Object.keys(choices).length === 0) next.delete(conversation);
    else next.set(conversation, choices);
    this.#here.value = next;
  }
}
