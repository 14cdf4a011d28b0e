/**
 * `fetch`: {url} -> {url, status, type, text, truncated}. The one way by which a tool reads from the network.
 *
 * A person has allowed the site, or is asked. The request is made by a frame of an opaque origin (fetch.html) whose
 * policy knows that site alone, also behind a redirect: no cookies, no referrer, an answer of text up to a size and
 * within a time.
 */
import { EngineError } from "../bridge/engine-error";
import type { AddressRead, ReadAddress } from "../sandbox/messages";
import type { HiddenFrame } from "./hidden-frame";
import { type CallContext, type PageServiceFunction, textIn } from "./page-calls";

export interface FetchGateOptions {
  /** Opens fetch.html, hands it the message and gives the port to it. */
  open: (message: ReadAddress, signal: AbortSignal) => Promise<HiddenFrame>;
  /** Whether a person lets this page read from a site; asks where that is not known. */
  mayRead: (url: URL, context: CallContext) => Promise<boolean>;
  /** What to say where a person said no. */
  denied: (site: string) => { message: string; hint?: string };
  timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;
/** Of bytes: more than any context holds. */
export const LARGEST_ANSWER = 500_000;
const TEXT =
  /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml)\b|application\/(?:javascript|x-ndjson|yaml)\b)/iu;

export function fetchGate(options: FetchGateOptions): PageServiceFunction {
  return async (given, context) => {
    const url = addressOf(textIn(given, "url"));
    if (!(await options.mayRead(url, context))) {
      throw new EngineError({ code: "access_denied", ...options.denied(url.origin) });
    }
    context.signal.throwIfAborted();
    return toText(await read(url, options, context.signal));
  };
}

/** An address that may be asked for at all. Throws `invalid_request`. */
export function addressOf(wanted: string): URL {
  const refused = (message: string): EngineError => new EngineError({ code: "invalid_request", message });
  let url: URL;
  try {
    url = new URL(wanted.trim());
  } catch {
    throw refused("This is no address: it must begin with https://");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw refused(`Only https:// and http:// addresses can be read, not ${url.protocol}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw refused("An address with a name or a password in it is not read.");
  }
  url.hash = "";
  return url;
}

type Answer = Extract<AddressRead, { type: "read" }>;

async function read(url: URL, options: FetchGateOptions, signal: AbortSignal): Promise<Answer> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const either = AbortSignal.any([signal, timeout]);
  let frame: HiddenFrame | null = null;
  try {
    frame = await options.open({ type: "read", url: url.href, limit: LARGEST_ANSWER }, either);
    const said = await firstWord(frame.port, either);
    if (said.type === "read") return said;
    throw new EngineError(unreachable(url));
  } catch (raw) {
    if (raw instanceof EngineError || signal.aborted) throw raw;
    if (!timeout.aborted) throw raw;
    throw new EngineError({ code: "timeout", message: `${url.host} did not answer in time.` });
  } finally {
    frame?.close();
  }
}

function firstWord(port: MessagePort, signal: AbortSignal): Promise<AddressRead> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
    port.onmessage = ({ data }: MessageEvent<AddressRead>) => {
      resolve(data);
    };
  });
}

/** A browser does not say which of the three it was. */
const unreachable = (url: URL) =>
  ({
    code: "server_unreachable",
    message: `${url.host} could not be read: it does not answer, leads to another site, or does not let other pages read it.`,
    hint: "Only sites that allow it (CORS) can be read from a page.",
  }) as const;

function toText({ url, status, contentType, bytes, truncated }: Answer): Record<string, unknown> {
  if (!TEXT.test(contentType)) {
    const what = contentType === "" ? "something without a type" : contentType;
    throw new EngineError({ code: "invalid_request", message: `What stands there is no text but ${what}.` });
  }
  const charset = /charset=["']?([\w-]+)/iu.exec(contentType)?.[1] ?? "utf-8";
  return { url, status, type: contentType, text: decoder(charset).decode(bytes), truncated };
}

function decoder(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
