/** What stands for a name that is nobody's business. */
const OWN_MODEL = "own model";

/** Parts of a URL that can hold secrets or names: user and password, query, fragment. */
const URLS = /\b(?:https?|wss?|blob|file|data):[^\s"<>]+/gi;

/** Takes out of a report what could tell of its user: URLs' secrets, and the names of models of the user's own. */
export class Scrubber {
  private readonly names: string[];

  constructor(models: readonly { id: string; name: string; custom?: boolean }[]) {
    const own = models.filter(({ custom }) => custom === true).flatMap(({ id, name }) => [id, name]);
    // The longest first: one name may be the beginning of another.
    this.names = own.filter((name) => name !== "").sort((one, other) => other.length - one.length);
  }

  /** A copy of any JSON-like value with every string made harmless. */
  scrub(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.scrub(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.scrub(item)]));
  }

  private text(text: string): string {
    const plain = text.replace(URLS, harmless);
    return this.names.reduce((found, name) => found.replaceAll(name, OWN_MODEL), plain);
  }
}

function harmless(address: string): string {
  if (!/^(https?|wss?):/i.test(address)) return `${address.slice(0, address.indexOf(":"))}:…`;
  if (!URL.canParse(address)) return "…";
  const url = new URL(address);
  return url.origin + url.pathname;
}
