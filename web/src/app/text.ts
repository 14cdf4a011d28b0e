/**
 * Every word a person reads in the page, in the language that is chosen.
 *
 * An area's words stand in text/<area>.ts, in English and German, of one type. Sentences with facts in them are
 * functions, so that each language orders the words its own way.
 *
 * `text` is a view: whoever reads a word reads it in the present language, and a component that does so while it
 * is drawn is drawn again on a switch. Keep objects (`const words = text.models`), never words, outside of functions.
 */
import { language, type Language } from "./language";
import { apiText } from "./text/api";
import { batchText } from "./text/batch";
import { conversationText } from "./text/conversation";
import { conversationsText } from "./text/conversations";
import { developerText } from "./text/developer";
import { dataText } from "./text/data";
import { errorsText } from "./text/errors";
import { helpText } from "./text/help";
import { loadingText } from "./text/loading";
import { metricsText } from "./text/metrics";
import { modelsText } from "./text/models";
import { offlineText } from "./text/offline";
import { pageText } from "./text/page";
import { placesText } from "./text/places";
import { settingsText } from "./text/settings";
import { studyText } from "./text/study";
import { toolsText } from "./text/tools";

const en = {
  ...pageText.en,
  ...placesText.en,
  ...conversationText.en,
  ...conversationsText.en,
  ...loadingText.en,
  ...errorsText.en,
  ...offlineText.en,
  ...helpText.en,
  api: apiText.en,
  batch: batchText.en,
  data: dataText.en,
  developer: developerText.en,
  metrics: metricsText.en,
  models: modelsText.en,
  settings: settingsText.en,
  study: studyText.en,
  tools: toolsText.en,
};

/** What there is to say; every language has all of it. */
export type Catalogue = typeof en;

const de: Catalogue = {
  ...pageText.de,
  ...placesText.de,
  ...conversationText.de,
  ...conversationsText.de,
  ...loadingText.de,
  ...errorsText.de,
  ...offlineText.de,
  ...helpText.de,
  api: apiText.de,
  batch: batchText.de,
  data: dataText.de,
  developer: developerText.de,
  metrics: metricsText.de,
  models: modelsText.de,
  settings: settingsText.de,
  study: studyText.de,
  tools: toolsText.de,
};

export const catalogues: Readonly<Record<Language, Catalogue>> = { en, de };

export const text: Catalogue = viewOf(en, () => catalogues[language.value]);

/** An object of the same shape whose words are looked up when they are read. */
function viewOf<T extends object>(shape: T, now: () => T): T {
  const view = {} as T;
  for (const key of Object.keys(shape) as (keyof T & string)[]) {
    const value: unknown = shape[key];
    const nested = isBranch(value) ? viewOf(value, () => now()[key] as typeof value) : null;
    Object.defineProperty(view, key, { enumerable: true, get: () => nested ?? now()[key] });
  }
  return view;
}

function isBranch(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
