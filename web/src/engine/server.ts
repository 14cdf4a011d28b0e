import type { Endpoint } from "../protocol/endpoint";
import type { EngineHost } from "./host";
import { PortSession, type RoomNames } from "./port-session";
import type { Services } from "./services";

/** Speaks the protocol on any number of ports, for one host. */
export class EngineServer {
  private ports = 0;

  constructor(
    private readonly host: EngineHost,
    private readonly names: RoomNames,
    private readonly services: Services = { queries: {}, openings: {} },
  ) {}

  /** Takes a port into service, for as long as the other side keeps it open. */
  accept(endpoint: Endpoint): void {
    new PortSession(endpoint, `${String(this.ports++)}:`, this.host, this.names, this.services).open();
  }
}
