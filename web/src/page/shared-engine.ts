/**
 * One engine for all tabs of a build. The tab that holds the lock leads: the engine runs in it, and others get ports
 * through the service worker. A tab that cannot get one, because no service worker controls it, keeps an engine of its
 * own until it is loaded again.
 */
import type { EngineClient } from "../bridge/client";
import { EngineError } from "../bridge/engine-error";
import type { WireError } from "../protocol/wire";
import { type ElectionLocks, Leadership } from "./leadership";
import type { Asked, Exchange } from "./port-exchange";
import type { Present } from "./presence";
import {
  pageClient,
  type PageClientOptions,
  PULSES_MISSED,
  type RestartReason,
  type TabEngine,
} from "./tab-engine";

/** An engine that this document owns; `EngineFrame` is one. */
export interface OwnEngine {
  connect(): MessagePort;
  restart(): Promise<void>;
  close(): void;
}

export interface SharedEngineOptions extends Omit<PageClientOptions, "locks"> {
  /** Starts an engine in this tab. */
  own: () => OwnEngine;
  /** Name of the leader's lock. */
  lock: string;
  /** Undefined in an insecure context: every tab is alone there. */
  locks: ElectionLocks | undefined;
  /** Null where there are no service workers. */
  exchange: Exchange | null;
}

type Role =
  | { kind: "undecided" }
  /** `used`: somebody was connected to it, and may have seen it die. */
  | { kind: "leads" | "alone"; engine: OwnEngine; used: boolean }
  | { kind: "follows" };

const COMING_MS = 60_000;

/** A service worker that the browser has ended is started again for a question, and a busy machine takes its time. */
const UNHEARD_MS = 15_000;

const LATE: WireError = {
  code: "timeout",
  message: "The engine in another tab did not start.",
  hint: "Restart the engine, or close the other tabs of this site.",
};

export class SharedEngine implements TabEngine {
  #role: Role = { kind: "undecided" };
  #client: EngineClient | null = null;
  #present: Present | null = null;
  #epoch: string | null = null;
  /** The epoch of the last engine that this tab has seen die. */
  #dead: string | null = null;
  #promoted = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();
  readonly #leadership: Leadership | null;
  readonly #decided: Promise<void>;

  constructor(private readonly options: SharedEngineOptions) {
    const { locks, lock, exchange } = options;
    this.#leadership =
      locks === undefined
        ? null
        : new Leadership({
            lock,
            locks,
            onLead: () => {
              this.#own("leads");
            },
            onDeposed: () => {
              this.#deposed();
            },
          });
    exchange?.answer((not) => this.#offer(not));
    this.#decided = this.#decide();
  }

  /** The engine runs in this tab. */
  get owns(): boolean {
    return this.#role.kind === "leads" || this.#role.kind === "alone";
  }

  /** The page's own connection. Rejects with an `EngineError`. */
  async connection(): Promise<EngineClient> {
    const client = pageClient(await this.connect(), this.#present, this.options);
    this.#client = client;
    void client.ready.then(
      ({ epoch }) => {
        this.#epoch = epoch;
        void client.closed.then(() => {
          this.#dead = epoch;
        });
      },
      () => undefined,
    );
    return client;
  }

  present(present: Present): void {
    this.#present = present;
    this.#client?.present(present);
  }

  /** A port to the engine of now, wherever it runs. Rejects with an `EngineError`. */
  connect(): Promise<MessagePort> {
    const connecting = this.#turn.then(() => this.#connect());
    // One after the other: what the first one finds out decides for the next.
    this.#turn = connecting.catch(() => undefined);
    return connecting;
  }

  /** An engine in place of the one that died. One that somebody asks for runs in this tab. */
  async restart(reason: RestartReason): Promise<void> {
    await this.#decided;
    if (this.#role.kind === "follows") {
      if (reason === "asked") await this.#leadership?.steal();
      return;
    }
    if (this.#role.kind !== "undecided" && this.#role.used) await this.#role.engine.restart();
  }

  async #decide(): Promise<void> {
    const leadership = this.#leadership;
    if (leadership === null) {
      this.#own("alone");
      return;
    }
    if (await leadership.tryToLead()) return;
    if (this.options.exchange?.open === true) {
      this.#role = { kind: "follows" };
      leadership.queue();
    } else this.#own("alone");
  }

  async #connect(): Promise<MessagePort> {
    await this.#decided;
    for (;;) {
      const role = this.#role;
      if (role.kind === "leads" || role.kind === "alone") {
        role.used = true;
        return role.engine.connect();
      }
      const asked = await this.#ask(this.#silentMs);
      const port = asked?.kind === "given" ? asked.port : await this.#withoutPort(asked);
      if (port !== null) return port;
    }
  }

  /** Null where this tab has become the leader meanwhile. */
  async #ask(silentMs: number): Promise<Asked | null> {
    const { exchange } = this.options;
    if (exchange === null) return { kind: "unheard" };
    const { signal } = this.#promoted;
    try {
      const patience = { unheardMs: UNHEARD_MS, silentMs, comingMs: COMING_MS };
      return await exchange.ask(this.#dead, patience, signal);
    } catch (raw) {
      if (signal.aborted) return null;
      throw raw;
    }
  }

  async #withoutPort(asked: Exclude<Asked, { kind: "given" }> | null): Promise<MessagePort | null> {
    switch (asked?.kind) {
      case undefined:
        return null;
      case "late":
        throw new EngineError(LATE);
      case "unheard":
        this.#leadership?.resign();
        this.#own("alone");
        return null;
      case "silent":
        return this.#takeOver();
    }
  }

  /** One tab after the other: the second one finds the first as leader. */
  async #takeOver(): Promise<MessagePort | null> {
    const { locks, lock } = this.options;
    let port: MessagePort | null = null;
    await locks?.request(`${lock}:takeover`, {}, async () => {
      const asked = await this.#ask(Math.min(this.#silentMs, 1000));
      if (asked?.kind === "given") port = asked.port;
      else if (asked !== null) await this.#leadership?.steal();
    });
    return port;
  }

  #own(kind: "leads" | "alone"): void {
    this.#role = { kind, engine: this.options.own(), used: false };
    this.#promoted.abort();
  }

  /** The lock is gone, and with it the right to an engine: others have another one by now. */
  #deposed(): void {
    const role = this.#role;
    if (role.kind === "leads") {
      this.#promoted = new AbortController();
      this.#role = { kind: "follows" };
      role.engine.close();
    }
    // Also where the lock was gone before this tab could lead.
    if (this.#role.kind === "follows") this.#leadership?.queue();
  }

  /** A port for another tab, once this tab's own connection shows that the engine lives. */
  #offer(not: string | null): MessagePort | "coming" | null {
    const role = this.#role;
    if (role.kind !== "leads") return null;
    const lives = this.#client?.alive === true && this.#epoch !== null && this.#epoch !== this.#dead;
    return lives && this.#epoch !== not ? role.engine.connect() : "coming";
  }

  get #silentMs(): number {
    return this.options.pulseMs * (PULSES_MISSED - 1);
  }
}
