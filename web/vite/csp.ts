/**
 * The content security policies of the site's documents, in one place.
 *
 * A worker that starts from a Blob stub inherits the policy of the document that starts it. So the page's
 * policy is Python's too, and the engine's document, which may download models, is the engine worker's.
 */

import { MODEL_HOSTS } from "../src/page/model-hosts.ts";
import { frameScript } from "./sandbox-scripts.ts";

const SHARED = {
  "default-src": ["'none'"],
  // WebAssembly may be compiled; text may not become code. `blob:` is for the workers' stubs.
  "script-src": ["'self'", "'wasm-unsafe-eval'", "blob:"],
  "worker-src": ["'self'", "blob:"],
  "base-uri": ["'none'"],
  "form-action": ["'none'"],
  "object-src": ["'none'"],
  // Markup and addresses of scripts are no text any more: each comes out of a policy that its document names.
  "require-trusted-types-for": ["'script'"],
};

type Policy = Record<string, readonly string[]>;

const POLICIES: Record<string, Policy> = {
  "index.html": {
    ...SHARED,
    "connect-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'"],
    "manifest-src": ["'self'"],
    "frame-src": ["'self'"],
    "trusted-types": [
      "dompurify",
      "webllm-provider-workers",
      "webllm-provider-service-worker",
      "webllm-provider-engine-host",
    ],
  },
  "engine.html": {
    ...SHARED,
    "connect-src": ["'self'", "blob:", "data:", ...MODEL_HOSTS],
    // `default` is made in the CPU engine's worker alone (src/engine/nested-blobs.ts).
    "trusted-types": ["webllm-provider-workers", "default"],
  },
  "api-door.html": {
    ...SHARED,
    "script-src": ["'self'"],
    "worker-src": ["'none'"],
    "connect-src": ["'self'"],
    "style-src": ["'self'"],
    "trusted-types": ["'none'"],
  },
  "server.html": {
    ...SHARED,
    "script-src": ["'self'"],
    "worker-src": ["'none'"],
    // Narrowed by its script to the one server that a person has configured; without one it is never opened.
    "connect-src": ["https:", "http:"],
    "trusted-types": ["'none'"],
  },
  // The two below open frames of opaque origins, which inherit these and have a stricter one each (src/sandbox).
  "sandbox.html": {
    ...SHARED,
    "script-src": ["'self'", "'wasm-unsafe-eval'", "blob:", frameScript("tool").hash],
    "connect-src": ["'none'"],
    "frame-src": ["'self'"],
    "trusted-types": ["webllm-provider-frames", "webllm-provider-tool"],
  },
  "fetch.html": {
    ...SHARED,
    "script-src": ["'self'", frameScript("fetch").hash],
    "worker-src": ["'none'"],
    // The person is asked for each site before a frame for it is opened.
    "connect-src": ["https:", "http:"],
    "frame-src": ["'self'"],
    "trusted-types": ["webllm-provider-frames"],
  },
};

/** The documents of the site. */
export const DOCUMENTS: readonly string[] = Object.keys(POLICIES);

/** The policy of a document as the text of its meta element. */
export function policyOf(document: string): string {
  const policy = POLICIES[document];
  if (policy === undefined) throw new Error(`No content security policy is written down for ${document}.`);
  return Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources.join(" ")}`)
    .join("; ");
}

/** The policy that the development server adds: Vite puts styles into the page by script. */
export function developmentPolicyOf(document: string): string {
  return policyOf(document)
    .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
    .replace("connect-src 'self'", "connect-src 'self' ws:");
}
