/**
 * The addresses that a scope may start scripts from, where Trusted Types are on.
 *
 * Under `require-trusted-types-for 'script'` a string is no such address any more: `new Worker(text)` throws. Only
 * what one of the policies named in the document's own policy has let through is. Each policy is made once in its
 * scope, by the module that knows which addresses are right; nobody else gets hold of it.
 */

interface Factory {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): Policy;
}

interface Policy {
  createScriptURL(address: string): unknown;
}

/** Lets an address through, or throws. What it returns goes to where the script is started, and nowhere else. */
export type TrustScript = (address: string) => string;

/**
 * The only way to addresses of one kind in this scope.
 *
 * @param name As it stands behind `trusted-types` in the document's policy; once per scope.
 * @param right Whether an address is one of those that this kind is for.
 */
export function trustedScripts(name: string, right: (address: string) => boolean): TrustScript {
  const checked = (address: string): string => {
    if (!right(address)) throw new TypeError(`${name} starts no script from ${address}.`);
    return address;
  };
  const { trustedTypes } = globalThis as { trustedTypes?: Factory };
  if (trustedTypes === undefined) return checked;
  const policy = trustedTypes.createPolicy(name, { createScriptURL: checked });
  // The platform's own signatures still say that these places take text.
  return (address) => policy.createScriptURL(address) as string;
}
