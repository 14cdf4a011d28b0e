/** The two catalogues say the same things, each in its own language. */
import { expect, it } from "vitest";
import { chooseLanguage } from "./language";
import { catalogues, text } from "./text";

type Word = string | readonly string[] | ((...facts: never[]) => string);

/** Every word of a catalogue with its path: "header.model", "models.count", ... */
function wordsOf(branch: object, path = ""): [path: string, word: Word][] {
  return Object.entries(branch).flatMap(([key, value]: [string, unknown]) => {
    const here = path === "" ? key : `${path}.${key}`;
    const leaf = typeof value !== "object" || value === null || Array.isArray(value);
    return leaf ? [[here, value as Word]] : wordsOf(value, here);
  });
}

/** Facts of every kind that sentences are made of; a sentence takes those that it can. */
const FACTS: readonly unknown[][] = [
  ["Alpha", "Beta", "Gamma", "Delta"],
  [11, 22, 33, 44],
  [["Alpha", "Beta"], ["Gamma"]],
  ["Alpha", 22, "Gamma", 44],
];

function said(word: Word): string[] {
  if (typeof word === "string") return [word];
  if (typeof word !== "function") return [...word];
  for (const facts of FACTS) {
    try {
      const sentence: unknown = (word as (...given: unknown[]) => unknown)(...facts);
      if (typeof sentence === "string") return [sentence];
    } catch {
      // Not facts of this kind.
    }
  }
  return [];
}

/** What is the same in both languages, on purpose: names, and words that German has taken over. */
const SAME = new Set([
  "data.passphrase.field",
  "data.profiles.name",
  "developer.events.sources.amplifier",
  "developer.sessions.hooks",
  "developer.sessions.hook",
  "developer.sessions.provider",
  "developer.sessions.places.providers",
  "developer.sessions.places.hooks",
  "developer.replay.speeds.2",
  "developer.replay.speeds.8",
  "developer.replay.speeds.40",
  "metrics.engines.webllm",
  "metrics.engines.wllama",
  "metrics.engines.server",
  "metrics.priorities.chat",
  "metrics.readout",
  "metrics.history.tokens",
  "appName",
  "tools.hooks.title",
  "tools.own.source",
  "tools.own.name",
  "tools.own.parameters",
  "conversation.code",
  "empty.suggestions",
  "errors.code",
  "announce.error",
  "loading.python",
  "loading.percent",
  "places.title",
  "conversation.choice",
  // An example of a system text: the demo model knows English alone.
  "composer.instructionPlaceholder",
  "settings.appearance.languages.en",
  "settings.appearance.languages.de",
  "engine.kinds.webllm",
  "engine.kinds.wllama",
  "engine.kinds.server",
  "engine.devices.webgpu",
  "engine.devices.cpu",
  "recovery.short",
  "models.sections.engine",
  "models.details.download",
  "models.details.devices",
  "models.details.contextTokens",
  "models.download",
  "models.tasks.code",
  "models.transfer.rate",
  "models.lasts.seconds",
  "models.lasts.minutes",
  "models.lasts.hours",
  "batch.batch.formats.json",
  "batch.batch.formats.csv",
  "study.begin.text",
  "study.deck.formats.json",
  "study.deck.formats.csv",
  "study.deck.formats.anki",
  "study.card.in",
  "study.review.inWait",
]);

const paths = (catalogue: object): string[] => wordsOf(catalogue).map(([path]) => path);

it("has every word in both languages", () => {
  expect(paths(catalogues.de)).toEqual(paths(catalogues.en));
});

it("leaves no word empty, and makes every sentence of its facts", () => {
  for (const catalogue of Object.values(catalogues)) {
    const silent = wordsOf(catalogue).filter(
      ([path, word]) =>
        // How a transfer ended is silent for what goes on, and `FACTS` names no end.
        path !== "models.announce.ended" && (said(word).length === 0 || said(word).some((each) => each.trim() === "")),
    );
    expect(silent).toEqual([]);
  }
});

it("is translated: what both languages share is on the list of shared words", () => {
  const german = new Map(wordsOf(catalogues.de));
  const same = wordsOf(catalogues.en)
    .filter(([path, word]) => path !== "models.announce.ended" && sameIn(word, german.get(path)))
    .map(([path]) => path);
  expect(same.filter((path) => !SAME.has(path))).toEqual([]);
});

const sameIn = (english: Word, german: Word | undefined): boolean =>
  german !== undefined && said(english).join("\n") === said(german).join("\n");

it("gives both languages the same facts", () => {
  const german = new Map(wordsOf(catalogues.de));
  const facts = (sentence: string): string[] => (sentence.match(/Alpha|Beta|Gamma|Delta|11|22|33|44/g) ?? []).sort();
  const differing = wordsOf(catalogues.en).filter(
    ([path, word]) =>
      typeof word === "function" &&
      facts(said(word).join()).join() !== facts(said(german.get(path) ?? "").join()).join(),
  );
  expect(differing.map(([path]) => path)).toEqual([]);
});

it("is read in the language that is chosen, from the page's root and from a branch that was kept", () => {
  const branch = text.models.transfer;
  chooseLanguage("de");
  expect(text.header.newConversation).toBe("Neue Unterhaltung");
  expect(branch.pausing).toBe("Hält an");
  chooseLanguage("en");
  expect(text.header.newConversation).toBe("New conversation");
  expect(branch.pausing).toBe("Pausing");
});
