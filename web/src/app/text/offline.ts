/** What is said about offline use and about new versions. */
import type { OfflineFault } from "../../offline/fault";

const en = {
  offline: {
    label: "Offline use",
    details: "What is stored in this browser",
    chips: {
      unsupported: "Online only",
      starting: "Preparing offline use",
      offered: "Save for offline use",
      ready: "Ready offline",
      other_version: "Other version",
      failed: "Not ready offline",
    },
    saving: (done: string, total: string) => `Saving ${done} of ${total}`,
    titles: {
      unsupported: "Needs the network",
      starting: "Preparing offline use",
      offered: "Not saved yet",
      saving: "Saving for offline use",
      ready: "Ready offline",
      other_version: "Another version is stored",
      failed: "Not ready offline",
    },
    unsupported: {
      insecure:
        "Over plain http a browser stores no application. Open this page over https to use it without a network.",
      no_service_worker:
        "This browser offers no service worker here; a private window may be the reason. The page works as long as the network does.",
      development: "The development server stores nothing. A built site does.",
    },
    starting: "The rest is fetched once the page itself has loaded.",
    offered: (missing: string) =>
      `Your browser asks to save data, so the remaining ${missing} wait until you ask for them.`,
    otherVersion:
      "This browser keeps another version of this application than this page is of. Reload the page to see what is stored.",
    savingNow: "You can use the page meanwhile, and close it: what has arrived is kept.",
    ready: (size: string) => `All ${size} of this application are stored and checked: it starts without a network.`,
    persisted: "The browser keeps it until you remove it.",
    notPersisted: "When space runs out, the browser may clear it.",
    save: (missing: string) => `Save ${missing}`,
    retry: "Try again",
    install: "Install as an application",
    installed: "Installed as an application.",
    version: (version: string, build: string) => `Version ${version}, build ${build}`,
  },

  offlineFaults: {
    network: {
      what: (path: string) => `A file could not be fetched: ${path}`,
      todo: "Check the network, then try again. What has arrived is kept.",
    },
    file_missing: {
      what: (path: string, status: number) => `The site does not have a file of this version (HTTP ${String(status)}): ${path}`,
      todo: "The site may be changing just now: reload the page in a minute. If it happens again, tell whoever runs it.",
    },
    hash_mismatch: {
      what: (path: string) => `A file arrived that is not the one of this version, and was not kept: ${path}`,
      todo: "The site may be changing just now: reload the page in a minute. If it happens again, tell whoever runs it.",
    },
    quota_exceeded: {
      what: (path: string) => `The browser had no space left for a file: ${path}`,
      todo: "Free some space on this device or remove a downloaded model, then try again.",
    },
    storage_failed: {
      what: (path: string, reason: string) => `The browser could not store a file (${reason}): ${path}`,
      todo: "Leave the private window if this is one, then try again.",
    },
    worker_failed: {
      what: (reason: string) => `The service worker could not start: ${reason}`,
      todo: "Reload the page. It works without, as long as the network does.",
    },
  } satisfies Record<OfflineFault["code"], { what: unknown; todo: string }>,

  update: {
    label: "Versions of this application",
    waiting: (version: string) => `A new version (${version}) is ready.`,
    keeps: "This page loads again, and goes on where it is: conversations, drafts, even an answer that is being written.",
    ends: "This page loads again. Here nothing is stored: this conversation ends with it.",
    apply: "Update",
    later: "Later",
    applying: (version: string) => `Changing to version ${version}.`,
    outdated: (version: string) =>
      `Another tab has updated this application to version ${version}. This page goes on working as it is.`,
    reload: "Reload",
    failed: "A new version could not be stored whole. This one goes on working.",
    dismiss: "Close",
  },
};

const de: typeof en = {
  offline: {
    label: "Ohne Netz benutzen",
    details: "Was in diesem Browser gespeichert ist",
    chips: {
      unsupported: "Nur mit Netz",
      starting: "Wird für offline vorbereitet",
      offered: "Für offline speichern",
      ready: "Offline bereit",
      other_version: "Andere Version",
      failed: "Nicht offline bereit",
    },
    saving: (done: string, total: string) => `${done} von ${total} gespeichert`,
    titles: {
      unsupported: "Braucht das Netz",
      starting: "Wird für offline vorbereitet",
      offered: "Noch nicht gespeichert",
      saving: "Wird für offline gespeichert",
      ready: "Offline bereit",
      other_version: "Eine andere Version ist gespeichert",
      failed: "Nicht offline bereit",
    },
    unsupported: {
      insecure:
        "Über einfaches http speichert ein Browser keine Anwendung. Öffne diese Seite über https, um sie ohne Netz zu benutzen.",
      no_service_worker:
        "Dieser Browser bietet hier keinen Service Worker; vielleicht ist das ein privates Fenster. Die Seite geht, solange das Netz da ist.",
      development: "Der Entwicklungsserver speichert nichts. Eine gebaute Seite tut es.",
    },
    starting: "Der Rest wird geholt, sobald die Seite selbst geladen ist.",
    offered: (missing: string) =>
      `Dein Browser möchte Daten sparen; die übrigen ${missing} warten deshalb, bis du sie verlangst.`,
    otherVersion:
      "Dieser Browser bewahrt eine andere Version dieser Anwendung auf. Lade die Seite neu, um zu sehen, was gespeichert ist.",
    savingNow: "Du kannst die Seite inzwischen benutzen und auch schließen: Was angekommen ist, bleibt.",
    ready: (size: string) =>
      `Alle ${size} dieser Anwendung sind gespeichert und geprüft: Sie startet ohne Netz.`,
    persisted: "Der Browser bewahrt sie auf, bis du sie entfernst.",
    notPersisted: "Wird der Platz knapp, kann der Browser sie löschen.",
    save: (missing: string) => `${missing} speichern`,
    retry: "Noch einmal",
    install: "Als Anwendung installieren",
    installed: "Als Anwendung installiert.",
    version: (version: string, build: string) => `Version ${version}, Build ${build}`,
  },

  offlineFaults: {
    network: {
      what: (path: string) => `Eine Datei ließ sich nicht holen: ${path}`,
      todo: "Prüfe die Netzverbindung und versuch es noch einmal. Was angekommen ist, bleibt.",
    },
    file_missing: {
      what: (path: string, status: number) =>
        `Eine Datei dieser Version fehlt auf dem Server (HTTP ${String(status)}): ${path}`,
      todo: "Vielleicht wird die Seite gerade erneuert: Lade sie in einer Minute neu. Geschieht es wieder, sag es denen, die sie betreiben.",
    },
    hash_mismatch: {
      what: (path: string) =>
        `Eine Datei kam an, die nicht die dieser Version ist, und wurde nicht behalten: ${path}`,
      todo: "Vielleicht wird die Seite gerade erneuert: Lade sie in einer Minute neu. Geschieht es wieder, sag es denen, die sie betreiben.",
    },
    quota_exceeded: {
      what: (path: string) => `Der Browser hatte keinen Platz mehr für eine Datei: ${path}`,
      todo: "Schaffe Platz auf diesem Gerät oder lösche ein Modell, und versuch es noch einmal.",
    },
    storage_failed: {
      what: (path: string, reason: string) =>
        `Der Browser konnte eine Datei nicht speichern (${reason}): ${path}`,
      todo: "Verlasse das private Fenster, falls dies eines ist, und versuch es noch einmal.",
    },
    worker_failed: {
      what: (reason: string) => `Der Service Worker konnte nicht starten: ${reason}`,
      todo: "Lade die Seite neu. Sie geht auch ohne, solange das Netz da ist.",
    },
  },

  update: {
    label: "Versionen dieser Anwendung",
    waiting: (version: string) => `Eine neue Version (${version}) ist da.`,
    keeps: "Diese Seite lädt neu und geht weiter, wo sie ist: Unterhaltungen, Entwürfe, auch eine Antwort, die gerade entsteht.",
    ends: "Diese Seite lädt neu. Hier wird nichts gespeichert: Diese Unterhaltung endet damit.",
    apply: "Aktualisieren",
    later: "Später",
    applying: (version: string) => `Wechselt zu Version ${version}.`,
    outdated: (version: string) =>
      `Ein anderer Tab hat diese Anwendung auf Version ${version} gebracht. Diese Seite läuft weiter, wie sie ist.`,
    reload: "Neu laden",
    failed: "Eine neue Version ließ sich nicht vollständig speichern. Diese läuft weiter.",
    dismiss: "Schließen",
  },
};

export const offlineText = { en, de };
