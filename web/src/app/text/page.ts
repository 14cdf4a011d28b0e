/** What the frame around the conversation says: the header, and what a screen reader is told. */

const en = {
  appName: "WebLLM × Amplifier",
  skipToComposer: "Skip to the message box",

  header: {
    newConversation: "New conversation",
    newConversationKeys: "New conversation (Ctrl+Shift+O)",
    themeNow: (name: string) => `Colours: ${name}`,
    themes: { system: "as the system", light: "light", dark: "dark" },
    model: "Model",
    chooseModel: (name: string) => `Model: ${name}. Choose another`,
    noModel: "No model",
    engineNone: "No engine loaded",
    engineLabel: "Engine that answers",
  },

  announce: {
    ready: "Ready. The model can answer.",
    answerStopped: "Answer stopped.",
    toolCalled: (name: string) => `Calls the tool ${name}.`,
    error: (title: string, message: string) => `${title}. ${message}`,
  },
};

const de: typeof en = {
  appName: "WebLLM × Amplifier",
  skipToComposer: "Zum Nachrichtenfeld springen",

  header: {
    newConversation: "Neue Unterhaltung",
    newConversationKeys: "Neue Unterhaltung (Strg+Umschalt+O)",
    themeNow: (name: string) => `Farben: ${name}`,
    themes: { system: "wie das System", light: "hell", dark: "dunkel" },
    model: "Modell",
    chooseModel: (name: string) => `Modell: ${name}. Ein anderes wählen`,
    noModel: "Kein Modell",
    engineNone: "Keine Engine geladen",
    engineLabel: "Engine, die antwortet",
  },

  announce: {
    ready: "Bereit. Das Modell kann antworten.",
    answerStopped: "Antwort angehalten.",
    toolCalled: (name: string) => `Ruft das Werkzeug ${name} auf.`,
    error: (title: string, message: string) => `${title}. ${message}`,
  },
};

export const pageText = { en, de };
