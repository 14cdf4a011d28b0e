/** The policies of the frames themselves; each narrows the one of the document that opens it. */
import scripts from "virtual:sandbox-scripts";

/** A worker from a Blob, WebAssembly, and nothing else: no address can be reached. */
export const TOOL_FRAME_POLICY = [
  "default-src 'none'",
  `script-src ${scripts.tool.hash} 'wasm-unsafe-eval' blob:`,
  "worker-src blob:",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** One site can be reached, also behind a redirect: the browser asks the policy again at every hop. */
export function fetchFramePolicy(origin: string): string {
  return [
    "default-src 'none'",
    `script-src ${scripts.fetch.hash}`,
    `connect-src ${origin}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
