/** What the conversation says: the empty page, the message box, questions, answers, tool calls. */

const en = {
  empty: {
    title: "A language model, inside this tab",
    lead: "Python, an Amplifier session and the model all run in your browser. Nothing you type leaves it.",
    demo: "The built-in demo model is tiny: it knows this application and little else. For anything more, choose a bigger model above.",
    suggestionsLabel: "Questions to start with",
    suggestions: [
      "What is this application?",
      "How do I go offline?",
      "Which model should I take?",
      "Note that the tea is in the blue tin",
    ],
  },

  composer: {
    formLabel: "Write a message",
    label: "Message",
    placeholder: "Ask something",
    send: "Send",
    stop: "Stop",
    keys: "Enter sends, Shift+Enter starts a new line, Escape stops.",
    waitingForBoth: "Type already: your message is sent as soon as Python and the model are ready.",
    waitingForPython: "Type already: your message is sent as soon as Python is ready.",
    waitingForModel: "Type already: your message is sent as soon as the model is ready.",
    blockedByPython: "Python is not running. Your message waits until it is restarted.",
    blockedByModel: "No model is loaded. Your message waits until one is.",
  },

  conversation: {
    label: "Conversation",
    you: "You",
    assistant: "Assistant",
    thinking: "Thinking",
    thought: "Thought",
    thoughtFor: (seconds: string) => `Thought for ${seconds}`,
    typing: "The model is answering",
    queued: "Waits for its turn",
    queuedUntilReady: "Is sent when everything is ready",
    stopping: "Stopping",
    stopped: "Stopped. What was written stays.",
    withdraw: "Withdraw",
    continue: "Continue",
    copy: "Copy",
    copied: "Copied",
    copyAnswer: "Copy answer",
    copyCode: "Copy code",
    copyFailed: "Copying was refused by the browser",
    toLatest: "Latest",
    toLatestLabel: "Scroll to the latest message",
    code: "code",
    emptyAnswer: "The model wrote nothing.",
    retrying: (attempt: number, of: number) => `Trying again (${String(attempt)} of ${String(of)})`,
    imageBlocked: (alt: string) => (alt === "" ? "Image not shown" : `Image not shown: ${alt}`),
    pythonRestarted: "Python was restarted. The model no longer remembers what stands above.",
    newModel: (name: string) => `From here on ${name} answers.`,
  },

  tool: {
    label: (name: string) => `Tool call: ${name}`,
    arguments: "Arguments",
    result: "Result",
    noArguments: "No arguments",
    states: { running: "Running", done: "Done", failed: "Failed", abandoned: "Not run" },
  },

  figures: {
    label: "Figures of this answer",
    tokensPerSecond: (value: string) => `${value} tokens/s`,
    firstToken: (value: string) => `first token after ${value}`,
    tokens: (count: number) => (count === 1 ? "1 token" : `${String(count)} tokens`),
    lengthLimit: "cut at the length limit",
    degraded: "With limits",
    degradedHow: (requested: string, actual: string, reason: string) =>
      `Asked for: ${requested}. Done: ${actual}, because ${reason}.`,
  },
};

const de: typeof en = {
  empty: {
    title: "Ein Sprachmodell, mitten in diesem Tab",
    lead: "Python, eine Amplifier-Sitzung und das Modell laufen in deinem Browser. Was du schreibst, verlässt ihn nicht.",
    demo: "Das eingebaute Demo-Modell ist winzig und spricht nur Englisch: Es kennt diese Anwendung und sonst wenig. Für alles andere wähle oben ein größeres Modell.",
    suggestionsLabel: "Fragen für den Anfang",
    // The model that answers first knows English alone.
    suggestions: en.empty.suggestions,
  },

  composer: {
    formLabel: "Eine Nachricht schreiben",
    label: "Nachricht",
    placeholder: "Frag etwas",
    send: "Senden",
    stop: "Anhalten",
    keys: "Eingabe sendet, Umschalt+Eingabe beginnt eine neue Zeile, Escape hält an.",
    waitingForBoth: "Schreib ruhig schon: Gesendet wird, sobald Python und das Modell bereit sind.",
    waitingForPython: "Schreib ruhig schon: Gesendet wird, sobald Python bereit ist.",
    waitingForModel: "Schreib ruhig schon: Gesendet wird, sobald das Modell bereit ist.",
    blockedByPython: "Python läuft nicht. Deine Nachricht wartet, bis es neu gestartet ist.",
    blockedByModel: "Kein Modell ist geladen. Deine Nachricht wartet, bis eines da ist.",
  },

  conversation: {
    label: "Unterhaltung",
    you: "Du",
    assistant: "Assistent",
    thinking: "Denkt nach",
    thought: "Nachgedacht",
    thoughtFor: (seconds: string) => `${seconds} nachgedacht`,
    typing: "Das Modell antwortet",
    queued: "Wartet, bis sie an der Reihe ist",
    queuedUntilReady: "Wird gesendet, sobald alles bereit ist",
    stopping: "Hält an",
    stopped: "Angehalten. Was geschrieben wurde, bleibt.",
    withdraw: "Zurücknehmen",
    continue: "Fortsetzen",
    copy: "Kopieren",
    copied: "Kopiert",
    copyAnswer: "Antwort kopieren",
    copyCode: "Code kopieren",
    copyFailed: "Der Browser hat das Kopieren abgelehnt",
    toLatest: "Neueste",
    toLatestLabel: "Zur neuesten Nachricht",
    code: "Code",
    emptyAnswer: "Das Modell hat nichts geschrieben.",
    retrying: (attempt: number, of: number) => `Neuer Versuch (${String(attempt)} von ${String(of)})`,
    imageBlocked: (alt: string) => (alt === "" ? "Bild nicht gezeigt" : `Bild nicht gezeigt: ${alt}`),
    pythonRestarted: "Python wurde neu gestartet. Was oben steht, weiß das Modell nicht mehr.",
    newModel: (name: string) => `Von hier an antwortet ${name}.`,
  },

  tool: {
    label: (name: string) => `Werkzeugaufruf: ${name}`,
    arguments: "Argumente",
    result: "Ergebnis",
    noArguments: "Keine Argumente",
    states: { running: "Läuft", done: "Fertig", failed: "Gescheitert", abandoned: "Nicht ausgeführt" },
  },

  figures: {
    label: "Zahlen zu dieser Antwort",
    tokensPerSecond: (value: string) => `${value} Token/s`,
    firstToken: (value: string) => `erstes Token nach ${value}`,
    tokens: (count: number) => (count === 1 ? "ein Token" : `${String(count)} Token`),
    lengthLimit: "an der Längengrenze abgeschnitten",
    degraded: "Mit Einschränkung",
    degradedHow: (requested: string, actual: string, reason: string) =>
      `Verlangt: ${requested}. Getan: ${actual}, denn: ${reason}.`,
  },
};

export const conversationText = { en, de };
