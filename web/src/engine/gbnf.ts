/**
 * Writing GBNF, the grammar format of llama.cpp (pure).
 *
 * An expression is text that may stand in a sequence; what has alternatives becomes a rule of its own first.
 */

const ESCAPED: Record<string, string> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Exactly this text. */
export function literal(text: string): string {
  return `"${Array.from(text, (char) => ESCAPED[char] ?? (char < " " ? codePoint(char) : char)).join("")}"`;
}

/** One character out of `members`: single characters and ranges of two, `["a", "z"]`. */
export const oneOf = (members: readonly Member[]): string => `[${members.map(member).join("")}]`;

/** One character that is none of `members`. */
export const noneOf = (members: readonly Member[]): string => `[^${members.map(member).join("")}]`;

export type Member = string | readonly [string, string];

const member = (one: Member): string =>
  typeof one === "string" ? codePoint(one) : `${codePoint(one[0])}-${codePoint(one[1])}`;

/** Letters and digits as they are; the rest by number, because `]`, `^` and `-` mean something there. */
function codePoint(char: string): string {
  if (/^[0-9A-Za-z]$/.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, "0");

/** `expression`, repeated; `most` null where there is no limit. The expression must be one symbol. */
export function repeated(expression: string, least: number, most: number | null): string {
  if (most === 0) return '""';
  if (most !== null) return `${expression}{${String(least)},${String(most)}}`;
  return least === 0 ? `${expression}*` : `${expression}{${String(least)},}`;
}

/** The rules of one grammar. */
export class Grammar {
  private readonly bodies = new Map<string, string>();
  private readonly known = new Map<string, string>();
  private count = 0;

  /** The name of a rule with these alternatives; the same alternatives get the same rule. */
  rule(hint: string, ...alternatives: readonly string[]): string {
    const body = alternatives.join(" | ");
    const known = this.known.get(body);
    if (known !== undefined) return known;
    const name = this.reserve(hint);
    this.define(name, body);
    this.known.set(body, name);
    return name;
  }

  /** A name that `define` fills later: for rules that refer to themselves. */
  reserve(hint: string): string {
    this.count += 1;
    return `${hint}-${String(this.count)}`;
  }

  define(name: string, body: string): void {
    this.bodies.set(name, body);
  }

  /** The whole grammar; it must have a rule `root`. */
  toString(): string {
    return [...this.bodies].map(([name, body]) => `${name} ::= ${body}\n`).join("");
  }
}
