/** Engines whose files come from URLs that are known only at run time: fetched, compared with their hash, imported. */
import type * as WebLLM from "@mlc-ai/web-llm";
import type * as Wllama from "@wllama/wllama";
import { demoUrls } from "./demo-urls";
import { download } from "./download";
import { EngineFailure, failure } from "./errors";
import type { EngineModules } from "./modules";
import { watchViolations } from "./violations";

/** One file of an engine. */
export interface RemoteFile {
  /** Absolute. */
  url: string;
  /** The hash that it must have, in hexadecimal; null where any version will do. */
  sha256: string | null;
}

/** Where everything is that the worker does not carry itself. */
export interface RemoteSources {
  webllm: RemoteFile;
  wllama: RemoteFile;
  wllamaWasm: RemoteFile;
  versions: EngineModules["versions"];
  /** URL of the demo model's folder; null where there is none. */
  demo: string | null;
}

const OTHER_SOURCES = "Check the sources of the engine.";

/** Every module is fetched at most once; a failure is not kept. */
export function remoteModules(sources: RemoteSources): EngineModules {
  return {
    webllm: once<typeof WebLLM>(sources.webllm),
    wllama: once<typeof Wllama>(sources.wllama),
    wllamaWasm: (signal) => fetchFile(sources.wllamaWasm, signal),
    versions: sources.versions,
    demo: sources.demo === null ? null : demoUrls(sources.demo),
  };
}

/** The type is the caller's word: what a file exports is known only by its hash. */
function once<Module>(file: RemoteFile): (signal: AbortSignal) => Promise<Module> {
  let imported: Module | null = null;
  return async (signal) => (imported ??= (await importFile(file, signal)) as Module);
}

/** The bytes of a file, which are those that were meant. Throws `download_failed` and `integrity_failed`. */
export async function fetchFile({ url, sha256 }: RemoteFile, signal: AbortSignal): Promise<Blob> {
  const violations = watchViolations();
  let file: Blob;
  try {
    file = await download(url, signal);
  } catch (raw) {
    if (signal.aborted) throw raw;
    throw raw instanceof EngineFailure ? unanswered(url, raw) : unreachable(url, await violations.first());
  } finally {
    violations.stop();
  }
  if (sha256 !== null) await verify(url, file, sha256);
  return file;
}

async function verify(url: string, file: Blob, expected: string): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found === expected) return;
  throw failure(
    "integrity_failed",
    `${url} is not the file that this version was made for: its hash is another.`,
    "Name the file of the pinned version, or allow any version in the sources.",
    { url, expected, found },
  );
}

async function importFile(file: RemoteFile, signal: AbortSignal): Promise<unknown> {
  const text = await fetchFile(file, signal);
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const violations = watchViolations();
  try {
    return await import(/* @vite-ignore */ address);
  } catch (raw) {
    const violation = await violations.first();
    throw violation === null ? noModule(file.url, raw) : forbidden("run", file.url, violation, "blob:");
  } finally {
    violations.stop();
    URL.revokeObjectURL(address);
  }
}

const unanswered = (url: string, { error }: EngineFailure): EngineFailure =>
  failure(
    error.code,
    `A file of the engine could not be downloaded from ${url}: the server answered ${String(error.details?.status)}.`,
    OTHER_SOURCES,
    error.details,
  );

function unreachable(url: string, violation: SecurityPolicyViolationEvent | null): EngineFailure {
  if (violation !== null) return forbidden("fetch", url, violation, new URL(url).origin);
  return failure(
    "download_failed",
    `A file of the engine could not be downloaded from ${url}: no answer came, or none that this page may read.`,
    `${OTHER_SOURCES} A server of another origin must send Access-Control-Allow-Origin for ${self.origin}.`,
    { url },
  );
}

function forbidden(
  act: "fetch" | "run",
  url: string,
  { effectiveDirective }: SecurityPolicyViolationEvent,
  needed: string,
): EngineFailure {
  const directive = act === "fetch" ? "connect-src" : "script-src";
  return failure(
    "download_failed",
    `The page's content security policy does not let the engine ${act} ${url} (${effectiveDirective}).`,
    `Add ${needed} to ${directive} in the policy of the page.`,
    { url, directive, needed },
  );
}

function noModule(url: string, raw: unknown): EngineFailure {
  return failure("integrity_failed", `${url} is no module that this browser can run.`, OTHER_SOURCES, {
    url,
    raw: String(raw),
  });
}
