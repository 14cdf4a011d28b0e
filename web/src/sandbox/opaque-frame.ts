/**
 * A frame of an opaque origin: no cookies, no storage, no way to the page but the port that it is given.
 *
 * Its document is written here, so it comes without the network, and inherits the policy of the document that
 * opens it; its own policy narrows that.
 */
import { toFrameDocument } from "./trusted";

export interface OpaqueFrameOptions {
  /** Runs inline; the policy of the opening document must name its hash. */
  script: string;
  /** The frame's own policy. */
  policy: string;
}

/** Opens the frame in this document and hands its script one message with a port. */
export function openOpaqueFrame(
  { script, policy }: OpaqueFrameOptions,
  message: unknown,
  transfer: Transferable[],
): void {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.addEventListener("load", () => {
    // An opaque origin has no name: whoever stands in this frame is the one meant.
    frame.contentWindow?.postMessage(message, "*", transfer);
  });
  frame.srcdoc = toFrameDocument(documentOf(script, policy));
  document.body.append(frame);
}

function documentOf(script: string, policy: string): string {
  const quoted = policy.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${quoted}"><script>${script}</script>`;
}
