/** What the help says, and what is told in the first minute. */
import type { WebGpuAdvice } from "../webgpu-advice";

const en = {
  noWebGpu: {
    label: "Speed",
    sentence: "This browser offers no WebGPU, so the CPU answers: small models only, and slower.",
    advice: {
      insecure: "WebGPU needs a page that came over https. Open this one over https.",
      no_adapter:
        "The browser knows WebGPU but finds no graphics device: switch on hardware acceleration in its settings, and update the graphics driver.",
      chromium: "Update this browser: Chrome, Edge and Opera have WebGPU from version 113 on.",
      firefox: "Update Firefox, or switch on dom.webgpu.enabled at about:config; Chrome and Edge have it as they come.",
      safari: "Update the system: Safari has WebGPU from version 26 on, and other browsers on an iPhone go with it.",
      other: "A current Chrome, Edge, Safari or Firefox has WebGPU.",
    } satisfies Record<WebGpuAdvice, string>,
    server: "Or let a server answer",
  },

  network: {
    offline: "No network",
    offlineNote: "Everything goes on but downloads and servers.",
    gone: "The network is gone. Everything goes on but downloads and servers.",
    back: "The network is back.",
  },

  help: {
    tryTitle: "What to try",
    tries: [
      "Ask the demo model what this application is. It is tiny and knows little else.",
      "Let it make a note, then ask for your notes: it calls a tool, and the card shows how.",
      "Choose a bigger model. The list says which ones fit this device.",
      "Edit a question: the first answer stays, and you can go back and forth between both.",
      "Switch off the network and reload. What is ready offline goes on.",
    ],
    models: "See the models",
    tools: "See the tools",

    keysTitle: "Keys",
    keysLabel: "Keys of this application",
    keys: {
      send: "Send the message",
      line: "Begin a new line",
      stop: "Stop the answer, or close what lies on top",
      begin: "Begin a new conversation",
      settings: "Open the settings",
      move: "Move on to the next control, or back",
    },
    keyNames: { enter: "Enter", shift: "Shift", control: "Ctrl", escape: "Escape", tab: "Tab" },

    privacyTitle: "Where your words go",
    privacy: [
      "They stay in this browser, and so do the answers. Nobody counts or watches.",
      "A server hears them only where you have set one up, and a site only after you have agreed.",
      "“Nothing leaves this device” in the settings rules both out.",
    ],
    privacyLink: "See who answers",

    speedTitle: "Speed",
    speed: [
      "The first word takes the longest: the whole conversation is read first. A shorter one helps.",
      "Other tabs that compute take from the same device.",
    ],

    offlineTitle: "Without a network",
    offline: [
      "The application is stored in this browser after the first visit; the cloud in the header says when it is whole.",
      "Models stay after they have been downloaded. Deleting the data of this site deletes them, too.",
    ],

    messagesTitle: "What the messages mean",
    messagesLead: "Each has a code, which stands beside it. Search for it here.",
  },
};

const de: typeof en = {
  noWebGpu: {
    label: "Geschwindigkeit",
    sentence: "Dieser Browser bietet kein WebGPU. Die CPU antwortet: nur kleine Modelle, und langsamer.",
    advice: {
      insecure: "WebGPU braucht eine Seite, die über https kam. Öffne diese über https.",
      no_adapter:
        "Der Browser kennt WebGPU, findet aber keine Grafikkarte: Schalte in seinen Einstellungen die Hardwarebeschleunigung ein, und erneuere den Grafiktreiber.",
      chromium: "Aktualisiere diesen Browser: Chrome, Edge und Opera haben WebGPU ab Version 113.",
      firefox:
        "Aktualisiere Firefox, oder schalte unter about:config dom.webgpu.enabled ein; Chrome und Edge bringen es mit.",
      safari:
        "Aktualisiere das System: Safari hat WebGPU ab Version 26, und andere Browser auf einem iPhone richten sich danach.",
      other: "Ein aktuelles Chrome, Edge, Safari oder Firefox hat WebGPU.",
    },
    server: "Oder lass einen Server antworten",
  },

  network: {
    offline: "Kein Netz",
    offlineNote: "Alles geht weiter, nur Downloads und Server nicht.",
    gone: "Das Netz ist weg. Alles geht weiter, nur Downloads und Server nicht.",
    back: "Das Netz ist wieder da.",
  },

  help: {
    tryTitle: "Was du versuchen kannst",
    tries: [
      "Frag das Demo-Modell auf Englisch, was diese Anwendung ist. Es ist winzig und weiß sonst wenig.",
      "Lass es etwas notieren, und frag dann nach deinen Notizen: Es ruft ein Werkzeug auf, und die Karte zeigt, wie.",
      "Wähle ein größeres Modell. Die Liste sagt, welche auf dieses Gerät passen.",
      "Bearbeite eine Frage: Die erste Antwort bleibt, und du kannst zwischen beiden hin und her gehen.",
      "Schalte das Netz ab und lade neu. Was offline bereit ist, geht weiter.",
    ],
    models: "Zu den Modellen",
    tools: "Zu den Werkzeugen",

    keysTitle: "Tasten",
    keysLabel: "Tasten dieser Anwendung",
    keys: {
      send: "Die Nachricht senden",
      line: "Eine neue Zeile beginnen",
      stop: "Die Antwort anhalten, oder schließen, was obenauf liegt",
      begin: "Eine neue Unterhaltung beginnen",
      settings: "Die Einstellungen öffnen",
      move: "Zum nächsten Bedienelement, oder zurück",
    },
    keyNames: { enter: "Eingabe", shift: "Umschalt", control: "Strg", escape: "Esc", tab: "Tabulator" },

    privacyTitle: "Wohin deine Worte gehen",
    privacy: [
      "Sie bleiben in diesem Browser, und die Antworten auch. Niemand zählt oder sieht zu.",
      "Ein Server hört sie nur, wo du einen eingerichtet hast, und eine Website nur, nachdem du zugestimmt hast.",
      "„Nichts verlässt dieses Gerät“ in den Einstellungen schließt beides aus.",
    ],
    privacyLink: "Sehen, wer antwortet",

    speedTitle: "Geschwindigkeit",
    speed: [
      "Das erste Wort dauert am längsten: Vorher wird die ganze Unterhaltung gelesen. Eine kürzere hilft.",
      "Andere Tabs, die rechnen, nehmen vom selben Gerät.",
    ],

    offlineTitle: "Ohne Netz",
    offline: [
      "Nach dem ersten Besuch ist die Anwendung in diesem Browser gespeichert; die Wolke oben sagt, wann sie vollständig ist.",
      "Modelle bleiben, wenn sie heruntergeladen sind. Wer die Daten dieser Website löscht, löscht auch sie.",
    ],

    messagesTitle: "Was die Meldungen bedeuten",
    messagesLead: "Jede hat einen Code, der daneben steht. Such hier danach.",
  },
};

export const helpText = { en, de };
