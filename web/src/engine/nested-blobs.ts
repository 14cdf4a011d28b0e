/**
 * Lets this scope start workers from Blobs where Trusted Types are on.
 *
 * llama.cpp's library makes its worker from text of its own and hands `new Worker` a plain string. Only a policy
 * named `default` can let that through; it is made in the one worker that holds this engine, and for Blobs alone.
 */
interface Factory {
  readonly defaultPolicy: unknown;
  createPolicy(name: "default", rules: { createScriptURL(address: string): string | null }): unknown;
}

export function trustNestedBlobs(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: Factory };
  if (trustedTypes === undefined || trustedTypes.defaultPolicy !== null) return;
  try {
    trustedTypes.createPolicy("default", {
      createScriptURL: (address) => (address.startsWith("blob:") ? address : null),
    });
  } catch (error) {
    // The policy of somebody else's page may name no `default`. If it asks for trusted addresses as well, the
    // engine's start fails, and says so.
    console.warn("The CPU engine may not make a Trusted Types policy here:", error);
  }
}
