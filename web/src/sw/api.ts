/** Requests for the API: finds the tab whose Python answers, hands them over, and streams the answers back. */
import type { ApiRequest } from "../protocol/api-exchange";
import { ApiExchange } from "./api-exchange";
import { findHost } from "./api-host";
import { NO_TAB, problem, PYTHON_FAILED, TABS_GONE } from "./problems";

/** What is handed on of a body: more than the API takes, so that it is the one that says how much that is. */
const LARGEST_BODY = 8 * 2 ** 20;
/** Tabs that may go before they have said a word. */
const TRIES = 3;

export class Api {
  constructor(
    private readonly worker: Pick<ServiceWorkerGlobalScope, "clients" | "navigator">,
    private readonly scope: string,
  ) {}

  /** `path` counts from the site's root. Never rejects for want of an engine: that is an answer, too. */
  async answer(request: Request, client: string, path: string): Promise<Response> {
    const openai = path.startsWith("v1");
    const asked = this.asked(request, client);
    const body = await bodyOf(request);
    for (let tries = 0; tries < TRIES; tries++) {
      const host = await findHost(this.worker.clients, this.scope);
      if (host.kind === "nobody") return problem(NO_TAB, openai);
      if (host.kind === "failed") return problem(PYTHON_FAILED, openai);
      const exchange = new ApiExchange(host, this.worker.navigator.locks, openai);
      const leave = (): void => {
        exchange.leave();
      };
      request.signal.addEventListener("abort", leave);
      // It may have gone while a tab was looked for.
      if (request.signal.aborted) leave();
      const response = await exchange.ask(asked, body);
      if (response !== null) return response;
    }
    return problem(TABS_GONE, openai);
  }

  private asked(request: Request, client: string): ApiRequest {
    const { pathname, search, protocol, host } = new URL(request.url);
    return {
      method: request.method,
      scheme: protocol.slice(0, -1),
      path: decodeURIComponent(pathname),
      root: new URL(this.scope).pathname.slice(0, -1),
      query: search.slice(1),
      headers: [...request.headers, ["host", host]],
      client,
    };
  }
}

async function bodyOf(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  // Firefox gives no stream of a request's body.
  const given = request.body as Request["body"] | undefined;
  const reader = (given ?? (await request.blob()).stream()).getReader();
  while (size < LARGEST_BODY) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
