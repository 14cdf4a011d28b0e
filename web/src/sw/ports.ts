/** Carries the question for an engine, and the port that answers it, from tab to tab. Keeps nothing. */
import type {
  EngineAsked,
  EngineGiven,
  EngineOffered,
  EngineWanted,
  EngineWantedBy,
} from "../offline/port-messages";

export class Ports {
  constructor(
    private readonly clients: Clients,
    private readonly scope: string,
  ) {}

  /** Pass a question on to every other tab of the site, also to those that no version controls yet. */
  async ask(
    { type, lock, request, not }: EngineWanted,
    source: ExtendableMessageEvent["source"],
  ): Promise<void> {
    if (source === null || !("id" in source)) return;
    const asked: EngineAsked = { type: "engine_asked", request };
    source.postMessage(asked);
    const wanted: EngineWantedBy = { type, lock, request, not, by: source.id };
    for (const client of await this.clients.matchAll({ type: "window", includeUncontrolled: true })) {
      if (client.id !== source.id && client.url.startsWith(this.scope)) client.postMessage(wanted);
    }
  }

  /** Hand the leader's answer to whoever asked. */
  async give({ to, request }: EngineOffered, ports: readonly MessagePort[]): Promise<void> {
    const given: EngineGiven = { type: "engine_given", request };
    const client = await this.clients.get(to);
    if (client?.url.startsWith(this.scope) === true) client.postMessage(given, [...ports]);
    else for (const port of ports) port.close();
  }
}
