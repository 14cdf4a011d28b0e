/** Programs that use this page's model: a server that it is offered to, and pages of other origins. */
import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { OtherOrigins, Origins } from "../../door/origins";
import { offerEngine, type EngineOffer, type OfferableEngine } from "../../lib/remote-engine-socket";

export type OfferView =
  | { kind: "none" }
  | { kind: "connecting" }
  | { kind: "offered" }
  | { kind: "waiting"; seconds: number }
  /** The server has sent this tab away. */
  | { kind: "refused" };

/** What is wrong with a server's address. */
export type AddressFault = "wrong" | "foreign";

export interface ProgramsOptions {
  engine: OfferableEngine;
  origins: OtherOrigins;
  /** Address of the page: its policy lets it reach no other host. */
  page: string;
}

export class Programs {
  readonly offer: Signal<OfferView> = signal({ kind: "none" });
  readonly sites: ReadonlySignal<Origins>;
  #offer: EngineOffer | null = null;

  constructor(private readonly options: ProgramsOptions) {
    const { origins } = options;
    const sites = signal(origins.read());
    origins.watch(() => {
      sites.value = origins.read();
    });
    this.sites = sites;
  }

  /** Where a server that this page came from takes engines. */
  get ownServer(): string {
    return socketOf(new URL("/webllm/engine", this.options.page)).href;
  }

  /** Offers the engine to a server until it is withdrawn; null, or what is wrong with the address. */
  start(address: string, token: string): AddressFault | null {
    const { page, engine } = this.options;
    if (!URL.canParse(address, page)) return "wrong";
    const url = socketOf(new URL(address, page));
    if (!url.protocol.startsWith("ws")) return "wrong";
    if (url.host !== new URL(page).host) return "foreign";
    this.withdraw();
    this.#offer = offerEngine(url, engine, {
      ...(token === "" ? {} : { token }),
      onState: (state) => {
        switch (state.type) {
          case "connecting":
          case "offered":
            this.offer.value = { kind: state.type };
            return;
          case "waiting":
            this.offer.value = { kind: "waiting", seconds: Math.round(state.retryInMs / 1000) };
            return;
          case "ended":
            // Where this page has ended it, `withdraw` says so right behind.
            this.offer.value = { kind: "refused" };
        }
      },
    });
    return null;
  }

  withdraw(): void {
    this.#offer?.withdraw();
    this.#offer = null;
    this.offer.value = { kind: "none" };
  }

  allow(origin: string): void {
    this.options.origins.allow(origin);
  }

  refuse(origin: string): void {
    this.options.origins.refuse(origin);
  }
}

function socketOf(url: URL): URL {
  const socket = new URL(url);
  socket.protocol = socket.protocol.replace(/^http/, "ws");
  return socket;
}
