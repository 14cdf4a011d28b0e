// @vitest-environment jsdom
import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, expect, it } from "vitest";
import { chooseLanguage, language, languageChoice, languageFor, startLanguage } from "./language";
import { text } from "./text";

const stored = new Map<string, string>();
const storage = {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => void stored.set(key, value),
};
const start = (wanted: readonly string[]): void => {
  startLanguage({ root: document.documentElement, wanted: () => wanted, storage });
};

beforeEach(() => {
  stored.clear();
  start(["en"]);
});

it("goes by the first of the browser's languages that there is", () => {
  expect(languageFor(["fr-CA", "de-AT", "en"])).toBe("de");
  expect(languageFor(["en-GB", "de"])).toBe("en");
  expect(languageFor(["fr", "ja"])).toBe("en");
  expect(languageFor([])).toBe("en");
});

it("prefers what was chosen here, and remembers it", () => {
  chooseLanguage("de");
  expect(document.documentElement.lang).toBe("de");
  start(["en"]);
  expect([language.value, languageChoice.value]).toEqual(["de", "de"]);
});

it("goes by the browser again when that is chosen", () => {
  chooseLanguage("de");
  chooseLanguage("system");
  expect([language.value, document.documentElement.lang]).toEqual(["en", "en"]);
});

it("draws a view again that reads text", async () => {
  const root = document.createElement("div");
  const View = () => <p>{text.header.noModel}</p>;
  await act(() => {
    render(<View />, root);
  });
  expect(root.textContent).toBe("No model");
  await act(() => {
    chooseLanguage("de");
  });
  expect(root.textContent).toBe("Kein Modell");
});
