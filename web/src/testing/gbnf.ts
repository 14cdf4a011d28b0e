/** A small reader of GBNF, written from its guide: says what a grammar accepts, and writes what it allows. */

type Node =
  | { kind: "characters"; ranges: [number, number][]; negated: boolean }
  | { kind: "rule"; name: string }
  | { kind: "sequence"; items: Node[] }
  | { kind: "choice"; options: Node[] }
  | { kind: "repeat"; item: Node; least: number; most: number };

export type Rules = Map<string, Node>;

/** Throws where the text is no grammar, or names a rule that it does not have. */
export function readGrammar(text: string): Rules {
  const rules: Rules = new Map();
  const named = new Set<string>();
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const [, name = "", body = ""] = /^([a-zA-Z0-9-]+) ::= (.*)$/.exec(line) ?? [];
    if (name === "") throw new Error(`no rule: ${line}`);
    rules.set(name, new Reader(body, named).whole());
  }
  const missing = [...named, "root"].filter((name) => !rules.has(name));
  if (missing.length > 0) throw new Error(`undefined rules: ${missing.join(", ")}`);
  return rules;
}

class Reader {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly named: Set<string>,
  ) {}

  whole(): Node {
    const node = this.choice();
    if (this.at < this.text.length) throw new Error(`not understood: ${this.text.slice(this.at)}`);
    return node;
  }

  private choice(): Node {
    const options = [this.sequence()];
    while (this.take("|")) options.push(this.sequence());
    return { kind: "choice", options };
  }

  private sequence(): Node {
    const items: Node[] = [];
    for (;;) {
      this.blanks();
      const next = this.text[this.at];
      if (next === undefined || next === "|" || next === ")") return { kind: "sequence", items };
      items.push(this.repetition(this.symbol()));
    }
  }

  private symbol(): Node {
    if (this.take('"')) {
      const items: Node[] = [];
      while (!this.take('"')) {
        const code = this.character();
        items.push({ kind: "characters", ranges: [[code, code]], negated: false });
      }
      return { kind: "sequence", items };
    }
    if (this.take("[")) return this.characters();
    if (this.take("(")) {
      const node = this.choice();
      if (!this.take(")")) throw new Error(`no end of a group: ${this.text}`);
      return node;
    }
    const name = this.matched(/[a-zA-Z0-9-]+/y);
    this.named.add(name);
    return { kind: "rule", name };
  }

  private characters(): Node {
    const negated = this.take("^");
    const ranges: [number, number][] = [];
    while (!this.take("]")) {
      const low = this.character();
      ranges.push([low, this.take("-") ? this.character() : low]);
    }
    return { kind: "characters", ranges, negated };
  }

  private repetition(item: Node): Node {
    if (this.take("*")) return { kind: "repeat", item, least: 0, most: Infinity };
    if (this.take("+")) return { kind: "repeat", item, least: 1, most: Infinity };
    if (this.take("?")) return { kind: "repeat", item, least: 0, most: 1 };
    if (!this.take("{")) return item;
    const [least, most] = this.matched(/\d+(?:,\d*)?\}/y)
      .slice(0, -1)
      .split(",");
    const low = Number(least);
    return { kind: "repeat", item, least: low, most: most === undefined ? low : Number(most || Infinity) };
  }

  private character(): number {
    const code = this.text.codePointAt(this.at);
    if (code === undefined) throw new Error(`unexpected end: ${this.text}`);
    if (code !== 92) {
      this.at += code > 0xffff ? 2 : 1;
      return code;
    }
    const escape = this.matched(/\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[nrt\\"[\]])/y);
    if (escape.length > 2) return parseInt(escape.slice(2), 16);
    return ({ n: "\n", r: "\r", t: "\t" }[escape.slice(1)] ?? escape.slice(1)).charCodeAt(0);
  }

  private matched(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) ?? [];
    if (found === undefined) throw new Error(`not understood: ${this.text.slice(this.at)}`);
    this.at += found.length;
    return found;
  }

  private blanks(): void {
    while (this.text[this.at] === " ") this.at += 1;
  }

  private take(sign: string): boolean {
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }
}

/** Whether the whole text is one that the grammar allows. */
export function accepts(rules: Rules, text: string): boolean {
  const codes = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  const known = new Map<string, Set<number>>();
  const ends = (node: Node, at: number): Set<number> => {
    switch (node.kind) {
      case "characters": {
        const code = codes[at];
        return new Set(code !== undefined && fits(node, code) ? [at + 1] : []);
      }
      case "rule": {
        const key = `${node.name}@${String(at)}`;
        const found = known.get(key) ?? ends(rules.get(node.name) ?? node, at);
        known.set(key, found);
        return found;
      }
      case "sequence":
        return node.items.reduce(
          (places, item) => new Set([...places].flatMap((place) => [...ends(item, place)])),
          new Set([at]),
        );
      case "choice":
        return new Set(node.options.flatMap((option) => [...ends(option, at)]));
      case "repeat": {
        const reached = new Set(node.least === 0 ? [at] : []);
        let places = new Set([at]);
        for (let count = 1; count <= node.most && places.size > 0; count += 1) {
          places = new Set([...places].flatMap((place) => [...ends(node.item, place)]));
          if (count > node.least) places = new Set([...places].filter((place) => !reached.has(place)));
          if (count >= node.least) for (const place of places) reached.add(place);
        }
        return reached;
      }
    }
  };
  return ends({ kind: "rule", name: "root" }, 0).has(codes.length);
}

function fits(node: Extract<Node, { kind: "characters" }>, code: number): boolean {
  return node.ranges.some(([low, high]) => low <= code && code <= high) !== node.negated;
}

/** Some text that the grammar allows; `random` gives numbers from 0 to 1. It becomes short with depth. */
export function written(rules: Rules, random: () => number): string {
  const write = (node: Node, depth: number): string => {
    switch (node.kind) {
      case "characters":
        return String.fromCodePoint(someCharacter(node, random));
      case "rule": {
        const rule = rules.get(node.name);
        if (rule === undefined || depth > 400) throw new Error("This grammar finds no end.");
        return write(rule, depth + 1);
      }
      case "sequence":
        return node.items.map((item) => write(item, depth)).join("");
      case "choice": {
        const chosen = Math.floor(random() * node.options.length);
        // Deep down, what ends stands last: the empty text, or a word.
        const option = depth > 40 ? node.options.at(-1) : node.options[chosen];
        return write(option ?? node, depth + 1);
      }
      case "repeat": {
        const most = Math.min(node.most, node.least + (depth > 40 ? 0 : 3));
        const count = node.least + Math.floor(random() * (most - node.least + 1));
        return Array.from({ length: count }, () => write(node.item, depth + 1)).join("");
      }
    }
  };
  return write({ kind: "rule", name: "root" }, 0);
}

function someCharacter(node: Extract<Node, { kind: "characters" }>, random: () => number): number {
  if (node.negated) {
    for (const code of [0x61 + Math.floor(random() * 26), 0xe9, 0x1f600, 0x3c, 0x20]) {
      if (fits(node, code)) return code;
    }
    throw new Error("No character was found that fits.");
  }
  const [low, high] = node.ranges[Math.floor(random() * node.ranges.length)] ?? [0x61, 0x61];
  return low + Math.floor(random() * (high - low + 1));
}
