/** What the settings say. */
import type { Format, Mode, NumberName } from "../settings/choices";
import type { Preset } from "../settings/presets";
import type { AddressFault } from "../settings/server";
import type { Theme } from "../theme";

const en = {
  scope: {
    label: "Where these choices count",
    everywhere: "Everywhere",
    here: "This conversation",
    hereNote: "What is left empty here goes by what is chosen for everywhere.",
    reset: "Take all of it back",
  },

  appearance: {
    title: "Appearance",
    language: "Language",
    languages: { system: "As the browser", en: "English", de: "Deutsch" },
    theme: "Colours",
    themes: { system: "As the system", light: "Light", dark: "Dark" } satisfies Record<Theme, string>,
  },

  answers: {
    title: "Answers",
    preset: "Style",
    presets: {
      fast: "Fast",
      balanced: "Balanced",
      varied: "Varied",
    } satisfies Record<Preset, string>,
    model: "The model's own",
    inherited: "As everywhere",
    own: "These numbers are your own.",
    notes: {
      model: "Every model brings the numbers that suit it.",
      fast: "Short and sober.",
      balanced: "A good start for most things.",
      varied: "Surprising, and sometimes wrong.",
    } satisfies Record<Preset | "model", string>,
    more: "More numbers",
    unset: "the model's own",
    inheritedValue: (value: string) => `${value}, as everywhere`,
    range: (least: string, greatest: string) => `${least} to ${greatest}`,
  },

  numbers: {
    temperature: ["Temperature", "How freely words are chosen. 0 is always the likeliest."],
    max_tokens: ["Longest answer", "In tokens; one is about three quarters of a word."],
    top_p: ["Top-p", "Only words that together have this probability come into question."],
    top_k: ["Top-k", "Only this many of the likeliest words come into question."],
    frequency_penalty: ["Against repetition", "Above 0, a word that has come often comes less."],
    presence_penalty: ["For new subjects", "Above 0, a word that has come at all comes less."],
    seed: ["Seed", "The same number gives the same answer, as far as the engine can."],
    context_tokens: ["Context window", "At most this many tokens of the conversation are read."],
  } satisfies Record<NumberName, string[]>,
  notOnWebGpu: "Not available: the engine on WebGPU has no top-k.",

  stop: "Stop at",
  stopNote: "One text a line. The answer ends before it.",
  thinking: "Thinking",
  thinkingNote: "For models that can think before they answer.",
  thinkingChoices: { unset: "The model's own", on: "On", off: "Off" },
  format: "Form of the answer",
  formats: { text: "Text", json: "JSON", json_schema: "JSON by a schema" } satisfies Record<Format, string>,
  schema: "JSON schema",
  schemaNote: "The answer is held to it word by word, by models and engines that can.",

  faults: {
    not_a_number: "This is not a number.",
    not_whole: "A whole number is needed.",
    out_of_range: (least: string, greatest: string) => `A number from ${least} to ${greatest} is needed.`,
    not_json: "This is not JSON.",
    not_a_schema: "A JSON schema is an object in braces.",
  },

  provider: {
    title: "Who answers",
    modes: {
      client_side: "This browser",
      server_side: "A server",
      hybrid: "Both",
    } satisfies Record<Mode, string>,
    mode: "Answers come from",
    modeNotes: {
      client_side: "The model runs on this device. Nothing you type leaves it.",
      server_side: "What you type is sent to the server below.",
      hybrid: "This browser where it can. What it has no model or no room for is sent to the server below.",
    } satisfies Record<Mode, string>,
    inherited: "As everywhere",
    privacy: "Nothing leaves this device",
    privacyNote: "Outweighs everything above: no server is asked, whatever happens.",
    privacyEverywhere: "It is chosen for everywhere, so it counts here, too.",
    address: "Address of the server",
    addressNote: "It speaks the language of OpenAI: llama.cpp, vLLM, SGLang, Ollama, a hosted one. Usually ends in /v1.",
    addressMissing: "Until an address stands here, this browser answers.",
    model: "Model of the server",
    modelNote: "May stay empty where the server has only one.",
    key: "API key",
    keyNote: "Kept in this browser, apart from everything else, and sent to this server alone.",
    keyKept: "A key is kept.",
    keyForget: "Forget the key",
    faults: {
      not_a_url: "This is not an address.",
      not_http: "The address has to begin with https:// or http://.",
      credentials: "An address with a user name or password is not stored. A key has its own field.",
      insecure: "This page came over https, and a browser lets it reach http:// on this device alone.",
    } satisfies Record<AddressFault, string>,
  },

  developers: {
    title: "For developers",
    debug: "Show every event and message",
    debugNote: "A console at the foot of the page, which holds what you and the model wrote.",
    inside: "Events, sessions, replay and a report",
  },

  console: {
    title: "Events",
    close: "Close the console",
  },

  notKept: "The browser could not keep this setting. It counts until the page is closed.",
};

const de: typeof en = {
  scope: {
    label: "Wo das gilt",
    everywhere: "Überall",
    here: "Diese Unterhaltung",
    hereNote: "Was hier leer bleibt, richtet sich nach dem, was überall gilt.",
    reset: "Alles zurücknehmen",
  },

  appearance: {
    title: "Aussehen",
    language: "Sprache",
    languages: { system: "Wie der Browser", en: "English", de: "Deutsch" },
    theme: "Farben",
    themes: { system: "Wie das System", light: "Hell", dark: "Dunkel" },
  },

  answers: {
    title: "Antworten",
    preset: "Stil",
    presets: { fast: "Schnell", balanced: "Ausgewogen", varied: "Vielfältig" },
    model: "Wie das Modell",
    inherited: "Wie überall",
    own: "Diese Zahlen sind deine eigenen.",
    notes: {
      model: "Jedes Modell bringt die Zahlen mit, die zu ihm passen.",
      fast: "Kurz und nüchtern.",
      balanced: "Für das meiste ein guter Anfang.",
      varied: "Überraschend, und manchmal falsch.",
    },
    more: "Weitere Zahlen",
    unset: "wie das Modell",
    inheritedValue: (value: string) => `${value}, wie überall`,
    range: (least: string, greatest: string) => `${least} bis ${greatest}`,
  },

  numbers: {
    temperature: ["Temperatur", "Wie frei Wörter gewählt werden. 0 nimmt immer das wahrscheinlichste."],
    max_tokens: ["Längste Antwort", "In Token; eines ist etwa ein Dreiviertel eines Wortes."],
    top_p: ["Top-p (Wahrscheinlichkeit)", "Nur Wörter, die zusammen diese Wahrscheinlichkeit haben, kommen infrage."],
    top_k: ["Top-k (Anzahl)", "Nur so viele der wahrscheinlichsten Wörter kommen infrage."],
    frequency_penalty: ["Gegen Wiederholung", "Über 0 kommt seltener, was schon oft kam."],
    presence_penalty: ["Für neue Themen", "Über 0 kommt seltener, was überhaupt schon kam."],
    seed: ["Startwert", "Dieselbe Zahl gibt dieselbe Antwort, soweit die Engine das kann."],
    context_tokens: ["Kontextfenster", "Höchstens so viele Token der Unterhaltung werden gelesen."],
  },
  notOnWebGpu: "Nicht verfügbar: Die Engine auf WebGPU kennt kein Top-k.",

  stop: "Aufhören bei",
  stopNote: "Ein Text je Zeile. Die Antwort endet davor.",
  thinking: "Nachdenken",
  thinkingNote: "Für Modelle, die nachdenken können, bevor sie antworten.",
  thinkingChoices: { unset: "Wie das Modell", on: "An", off: "Aus" },
  format: "Form der Antwort",
  formats: { text: "Freier Text", json: "Nur JSON", json_schema: "JSON nach Schema" },
  schema: "JSON-Schema",
  schemaNote: "Die Antwort wird Wort für Wort daran gehalten, wo Modell und Engine das können.",

  faults: {
    not_a_number: "Das ist keine Zahl.",
    not_whole: "Es muss eine ganze Zahl sein.",
    out_of_range: (least: string, greatest: string) => `Es muss eine Zahl von ${least} bis ${greatest} sein.`,
    not_json: "Das ist kein JSON.",
    not_a_schema: "Ein JSON-Schema ist ein Objekt in geschweiften Klammern.",
  },

  provider: {
    title: "Wer antwortet",
    modes: { client_side: "Dieser Browser", server_side: "Ein Server", hybrid: "Beide" },
    mode: "Antworten kommen von",
    modeNotes: {
      client_side: "Das Modell läuft auf diesem Gerät. Was du schreibst, verlässt es nicht.",
      server_side: "Was du schreibst, wird an den Server unten gesendet.",
      hybrid:
        "Dieser Browser, wo er kann. Wofür ihm Modell oder Platz fehlen, das wird an den Server unten gesendet.",
    },
    inherited: "Wie überall",
    privacy: "Nichts verlässt dieses Gerät",
    privacyNote: "Geht allem darüber vor: Kein Server wird gefragt, was auch geschieht.",
    privacyEverywhere: "Es ist für überall gewählt und gilt deshalb auch hier.",
    address: "Adresse des Servers",
    addressNote:
      "Er spricht die Sprache von OpenAI: llama.cpp, vLLM, SGLang, Ollama oder ein gemieteter. Endet meist auf /v1.",
    addressMissing: "Solange hier keine Adresse steht, antwortet dieser Browser.",
    model: "Modell des Servers",
    modelNote: "Darf leer bleiben, wo der Server nur eines hat.",
    key: "API-Schlüssel",
    keyNote: "Bleibt in diesem Browser, getrennt von allem anderen, und geht nur an diesen Server.",
    keyKept: "Ein Schlüssel ist aufbewahrt.",
    keyForget: "Den Schlüssel vergessen",
    faults: {
      not_a_url: "Das ist keine Adresse.",
      not_http: "Die Adresse muss mit https:// oder http:// beginnen.",
      credentials:
        "Eine Adresse mit Benutzernamen oder Passwort wird nicht gespeichert. Für einen Schlüssel gibt es ein eigenes Feld.",
      insecure: "Diese Seite kam über https; über http:// lässt der Browser sie nur dieses Gerät selbst erreichen.",
    },
  },

  developers: {
    title: "Für Entwickler",
    debug: "Jedes Ereignis und jede Nachricht zeigen",
    debugNote: "Eine Konsole am Fuß der Seite. Darin steht auch, was du und das Modell schreiben.",
    inside: "Ereignisse, Sitzungen, Wiedergabe und ein Bericht",
  },

  console: {
    title: "Ereignisse",
    close: "Die Konsole schließen",
  },

  notKept: "Der Browser konnte diese Einstellung nicht behalten. Sie gilt, bis die Seite geschlossen wird.",
};

export const settingsText = { en, de };
