/** The server that a person has configured, and whether its address can be one (pure). */
import { isRecord } from "./choices";

export interface Server {
  /** Where `/chat/completions` is beneath; usually ends in `/v1`. Empty: none. */
  base_url: string;
  /** Empty: the only one, or the first that the server has. */
  model: string;
}

export const NO_SERVER: Server = { base_url: "", model: "" };

/** What is wrong with a server's address; its sentence is the catalogue's. */
export type AddressFault = "not_a_url" | "not_http" | "credentials" | "insecure";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * What stands against an address, if anything.
 *
 * A page that came over https cannot reach a server over http, except on this very machine; what comes from nowhere
 * but this machine may go anywhere.
 */
export function addressFault(address: string, page: { protocol: string }): AddressFault | null {
  const url = URL.parse(address.trim());
  if (url === null) return "not_a_url";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "not_http";
  if (url.username !== "" || url.password !== "") return "credentials";
  const insecure = url.protocol === "http:" && page.protocol === "https:" && !LOOPBACK.has(url.hostname);
  return insecure ? "insecure" : null;
}

export function readServer(stored: unknown): Server {
  if (!isRecord(stored)) return NO_SERVER;
  const { base_url, model } = stored;
  return {
    base_url: typeof base_url === "string" ? base_url : "",
    model: typeof model === "string" ? model : "",
  };
}
