/** The script of server.html: sends Python's requests to the one server that a person has configured. */
import type { FromServer, ServerRequest, ToServer } from "../bridge/server-way";

/** What the page says first; a port for the requests comes with it. */
export interface OpenServer {
  origin: string;
}

/** One request with its answer, read on as often as the other side asks. */
export async function serve(request: ServerRequest, port: MessagePort, fetcher: typeof fetch): Promise<void> {
  const ending = new AbortController();
  let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | null = null;
  const say = (message: FromServer): void => {
    port.postMessage(message);
  };
  const failed = (error: unknown): void => {
    if (!ending.signal.aborted)
      say({ type: "failed", message: error instanceof Error ? error.message : String(error) });
    port.close();
  };
  port.onmessage = ({ data }: MessageEvent<ToServer>) => {
    if (data.type === "abort") {
      ending.abort();
      port.close();
      return;
    }
    void (reader?.read() ?? Promise.resolve({ done: true, value: undefined })).then(({ done, value }) => {
      say({ type: "piece", bytes: done ? null : value });
    }, failed);
  };
  try {
    const { url, method, headers, body } = request;
    const response = await fetcher(url, {
      method,
      headers,
      body,
      signal: ending.signal,
      credentials: "omit",
      cache: "no-store",
      redirect: "manual",
      referrerPolicy: "no-referrer",
    });
    reader = response.body?.getReader() ?? null;
    // A redirect that is not followed shows as status 0, which no answer can be made of.
    say({
      type: "head",
      status: response.status === 0 ? 307 : response.status,
      headers: [...response.headers],
    });
  } catch (error) {
    failed(error);
  }
}

/** Beneath this document's own policy, from now on only this origin. */
function narrow({ origin }: OpenServer): void {
  const policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = `connect-src ${origin}`;
  document.head.append(policy);
}

/** Take requests from the page above, and from nobody else. */
export function waitForPage(frame: Window): void {
  frame.addEventListener("message", (event: MessageEvent<OpenServer>) => {
    const requests = event.ports[1];
    if (event.source !== frame.parent || event.origin !== frame.location.origin || requests === undefined)
      return;
    const { origin } = event.data;
    narrow(event.data);
    requests.onmessage = ({ data, ports }: MessageEvent<ServerRequest>) => {
      const [port] = ports;
      if (port === undefined) return;
      if (new URL(data.url).origin === origin) void serve(data, port, fetch.bind(frame));
      else
        port.postMessage({
          type: "failed",
          message: "This way leads to another server.",
        } satisfies FromServer);
    };
  });
}
