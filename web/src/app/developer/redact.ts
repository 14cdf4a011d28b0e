/** A message as a developer may see it and pass it on: without keys, and no longer than can be looked through (pure). */

const SECRET = /^(api[-_]?key|key|authorization|access_?token|refresh_?token|token|password|passphrase|secret|cookie)$/i;
const CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/gi;
const HIDDEN = "[hidden]";

/** Longer texts are cut: an image is a megabyte of letters. */
const LONGEST = 4_000;
/** Behind the cut so much is looked at, for a name and a password that begin before it. */
const LONGEST_CREDENTIALS = 1_000;
/** Deeper is nothing that a person reads. */
const DEEPEST = 12;

export interface RedactionOptions {
  /** Texts that must not be seen wherever they stand. */
  secrets: readonly string[];
}

/** A copy. What JSON has no word for becomes text. */
export function redacted(value: unknown, options: RedactionOptions, depth = 0): unknown {
  if (typeof value === "string") return textWithout(value, options.secrets);
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? String(value) : value;
  if (depth === DEEPEST) return "[…]";
  if (Array.isArray(value)) return value.map((each) => redacted(each, options, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      SECRET.test(name) && typeof each === "string" && each !== "" ? HIDDEN : redacted(each, options, depth + 1),
    ]),
  );
}

function textWithout(text: string, secrets: readonly string[]): string {
  // First of all: of a secret that the cut goes through a part would stay.
  let safe = text;
  for (const secret of secrets) if (secret !== "") safe = safe.replaceAll(secret, HIDDEN);
  safe = safe.slice(0, LONGEST + LONGEST_CREDENTIALS).replaceAll(CREDENTIALS, `$1${HIDDEN}@`);
  return text.length > LONGEST ? `${safe.slice(0, LONGEST)}… (${String(text.length)})` : safe;
}
