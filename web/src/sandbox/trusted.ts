/** Markup for frames, where Trusted Types are on: only what this folder has written goes into one. */

interface Factory {
  createPolicy(
    name: string,
    rules: { createHTML(markup: string): string },
  ): { createHTML(markup: string): unknown };
}

/** As it stands behind `trusted-types` in the policies of sandbox.html and fetch.html. */
const NAME = "webllm-provider-frames";

const { trustedTypes } = globalThis as { trustedTypes?: Factory };
const policy = trustedTypes?.createPolicy(NAME, { createHTML: (markup) => markup });

/** A frame's document, let through. The platform's own signature still says that `srcdoc` takes text. */
export function toFrameDocument(markup: string): string {
  return policy === undefined ? markup : (policy.createHTML(markup) as string);
}
