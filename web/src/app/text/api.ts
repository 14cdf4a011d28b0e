/** What the page says of programs that use its model: servers that it is offered to, pages of other origins. */
const en = {
  offer: {
    title: "Offer this tab's engine to a server",
    means:
      "Programs that ask this server are answered by the model in this tab. The server sees what they ask and what is answered, nothing else of this browser.",
    address: "Server",
    token: "Token, where the server wants one",
    start: "Offer",
    stop: "Withdraw",
    states: {
      none: "Not offered.",
      connecting: "Connecting …",
      offered: "Offered: the server may ask.",
      refused: "The server wants no engine of this tab. Look at its address and its token.",
    },
    waiting: (seconds: string) => `The server is not there. The next try comes in ${seconds} s.`,
    wrong: "That is no address of a server.",
    foreign: "This page may reach only the server that it came from. Open it from the server that shall have its engine.",
  },
  sites: {
    title: "Other sites",
    means: "Pages of these origins may use the model in this browser, for as long as a tab of this site is open.",
    none: "No other site has asked.",
    asks: "would like to use the model",
    allowed: "may use the model",
    allow: (origin: string) => `Allow ${origin}`,
    refuse: (origin: string) => `Refuse ${origin}`,
    revoke: (origin: string) => `Remove ${origin}`,
    short: { allow: "Allow", refuse: "Refuse", revoke: "Remove" },
    framed: "Open this site in a tab of its own to decide.",
  },
  door: {
    title: "May this site use the model in your browser?",
    allowedTitle: "This site may use the model in your browser",
    means:
      "It sends its questions to the model in your tab, and reads the answers. It sees nothing else: not your conversations, not your models.",
    leaveOpen: "Leave this window open while you use that site. You can take this back here at any time.",
    allow: "Allow",
    refuse: "Do not allow",
    revoke: "Take back",
  },
};

const de: typeof en = {
  offer: {
    title: "Diesen Tab einem Server als Modell anbieten",
    means:
      "Programme, die diesen Server fragen, bekommen ihre Antworten vom Modell in diesem Tab. Der Server sieht Fragen und Antworten, sonst nichts aus diesem Browser.",
    address: "Server-Adresse",
    token: "Zugangsschlüssel, falls der Server einen verlangt",
    start: "Anbieten",
    stop: "Zurückziehen",
    states: {
      none: "Nicht angeboten.",
      connecting: "Verbindet …",
      offered: "Angeboten: Der Server darf fragen.",
      refused: "Der Server nimmt diesen Tab nicht an. Prüfe Adresse und Zugangsschlüssel.",
    },
    waiting: (seconds: string) => `Der Server ist nicht da. Der nächste Versuch kommt in ${seconds} s.`,
    wrong: "Das ist keine Adresse eines Servers.",
    foreign:
      "Diese Seite darf nur den Server erreichen, von dem sie kommt. Öffne sie von dem Server aus, der ihr Modell haben soll.",
  },
  sites: {
    title: "Andere Websites",
    means:
      "Seiten dieser Herkunft dürfen das Modell in diesem Browser benutzen, solange ein Tab dieser Website offen ist.",
    none: "Keine andere Website hat gefragt.",
    asks: "möchte das Modell benutzen",
    allowed: "darf das Modell benutzen",
    allow: (origin: string) => `${origin} erlauben`,
    refuse: (origin: string) => `${origin} ablehnen`,
    revoke: (origin: string) => `${origin} entfernen`,
    short: { allow: "Erlauben", refuse: "Ablehnen", revoke: "Entfernen" },
    framed: "Öffne diese Website in einem eigenen Tab, um zu entscheiden.",
  },
  door: {
    title: "Darf diese Website das Modell in deinem Browser benutzen?",
    allowedTitle: "Diese Website darf das Modell in deinem Browser benutzen",
    means:
      "Sie schickt ihre Fragen an das Modell in deinem Tab und liest die Antworten. Sonst sieht sie nichts: weder deine Unterhaltungen noch deine Modelle.",
    leaveOpen:
      "Lass dieses Fenster offen, solange du die Website benutzt. Du kannst die Erlaubnis hier jederzeit zurücknehmen.",
    allow: "Erlauben",
    refuse: "Nicht erlauben",
    revoke: "Zurücknehmen",
  },
};

export const apiText = { en, de };
