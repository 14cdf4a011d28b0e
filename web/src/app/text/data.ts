/** What is said about a person's own data: taking it along, locking it, profiles, deleting it. */
import type { ImportProblem, Section } from "../vault/transfer/format";

const en = {
  link: "Your data",
  linkNote: "Export and import, lock, profiles, delete.",
  intro: "Everything lies in this browser, on this device, and nowhere else. It is yours to take along, to lock, and to delete.",
  sections: {
    conversations: "Conversations",
    templates: "Templates",
    tools: "Tools of your own",
    settings: "Settings",
    decks: "Study decks",
    batches: "Batches",
    figures: "Figures",
    notes: "Notes that models keep for you",
  } satisfies Record<Section, string>,
  back: "Back",
  failed: (reason: string) => `That did not work: ${reason}`,

  export: {
    title: "Export",
    note: "One file with what you choose. Keys, servers, and what you have allowed stay here.",
    what: "What goes into the file",
    encrypt: "Encrypt it with a passphrase",
    encryptNote: "Without the passphrase nobody can read the file, neither can you.",
    act: "Save the file",
    working: "Writing the file…",
    done: (name: string) => `Saved as ${name}.`,
  },

  import: {
    title: "Import",
    note: "A file that was exported here or elsewhere. You see what is in it before anything is taken over.",
    choose: "Choose a file…",
    passphrase: "Passphrase of the file",
    open: "Open",
    reading: "Reading the file…",
    look: "In this file:",
    tally: (added: number, replaced: number, kept: number) =>
      [
        ...(added > 0 ? [`${String(added)} new`] : []),
        ...(replaced > 0 ? [`${String(replaced)} newer than here`] : []),
        ...(kept > 0 ? [`${String(kept)} already here`] : []),
      ].join(", "),
    nothing: "There is nothing in it that is not here already.",
    empty: "The file is in order, and empty.",
    act: "Take it over",
    done: "Taken over.",
    refused: (problem: ImportProblem): string => {
      switch (problem.code) {
        case "not_an_export":
          return "This is not a file of exported data.";
        case "newer":
          return `This file is of a newer version (${String(problem.version)}). Update this page, then try again.`;
        case "truncated":
          return "The file ends too early: a part of it is missing. Copy it again from where it came.";
        case "damaged":
          return "The file is damaged: it is not what was exported.";
        case "too_large":
          return `The file is too large for a page (${String(problem.megabytes)} MB). Export it by sections.`;
        case "malformed":
          return `The file is refused: line ${String(problem.line)} is none that this page writes (${problem.why}).`;
        case "passphrase_needed":
          return "The file is encrypted. Type its passphrase.";
        case "wrong_passphrase":
          return "That passphrase does not open the file, or the file is damaged.";
      }
    },
    unchanged: "Nothing was changed.",
  },

  passphrase: {
    field: "Passphrase",
    current: "Passphrase now",
    next: "New passphrase",
    repeat: "Once more",
    note: "A few words that nobody guesses.",
    short: (least: number) => `At least ${String(least)} characters.`,
    differ: "The two are not the same.",
    wrong: "That passphrase does not open this profile.",
  },

  passkey: {
    refused: "No passkey was used.",
    unable: "This passkey cannot lock data. Take another one, or a passphrase.",
    wrong: "That passkey does not open this profile.",
  },

  lock: {
    title: "Lock",
    note: "What you write and what models answer then lies encrypted on this device, and opens with your passphrase or passkey alone.",
    warning: "Nobody can recover a lost passphrase: without it, everything in this profile is lost. Export it first if you are not sure.",
    unavailable: "A page can only encrypt over https or from localhost, and where the browser keeps what it stores.",
    how: "What opens it",
    withPassphrase: "A passphrase",
    withPasskey: "A passkey",
    act: "Encrypt and lock",
    on: "This profile is locked: it lies encrypted.",
    search: "The search finds whole words only while it is.",
    now: "Lock now",
    after: "Lock by itself",
    afterNote: "When no hand was on the page for so long.",
    minutes: (minutes: number) => (minutes === 60 ? "After an hour" : `After ${String(minutes)} minutes`),
    never: "Never",
    change: "Change the passphrase",
    set: "Add a passphrase",
    add: "Add a passkey",
    drop: "Remove the passkeys",
    prove: "First show that it is you.",
    provePasskey: "Use the passkey",
    save: "Save",
    off: "Take the lock away",
    offQuestion: "Everything in this profile will lie on this device as it is, readable by whoever can read its disk.",
  },

  profiles: {
    title: "Profiles",
    note: "Each has conversations, settings and notes of its own, and none sees another's. Downloaded models are shared. Names are not encrypted.",
    first: "First profile",
    here: "open",
    locked: "locked",
    open: (name: string) => `Open ${name}`,
    openShort: "Open",
    rename: (name: string) => `Rename ${name}`,
    renameShort: "Rename",
    remove: (name: string) => `Delete ${name}`,
    removeShort: "Delete",
    name: "Name",
    create: "New profile…",
    createAct: "Create and open",
    save: "Save",
    question: (name: string) => `Delete the profile “${name}” with everything in it?`,
    gone: "It cannot be brought back.",
    confirm: "Delete for good",
  },

  removal: {
    title: "Delete everything",
    note: "All profiles with everything in them. Downloaded models stay; you delete them under Models.",
    act: "Delete everything…",
    question: "Delete all profiles with everything in them?",
    gone: "It cannot be brought back. Export what you want to keep.",
    confirm: "Delete everything for good",
  },

  door: {
    title: (name: string) => `${name} is locked`,
    own: "Your conversations are locked",
    note: "They lie encrypted on this device.",
    unlock: "Unlock",
    passkey: "Unlock with a passkey",
    forgot: "Forgotten?",
    forgotNote: "Nobody can recover a passphrase, we neither: it is stored nowhere. What you can do is delete this profile and begin anew.",
    other: "Another profile",
    busy: "Another tab is rewriting this profile. One moment…",
    waiting: "Waiting for the other tabs of this page…",
    sealing: "Encrypting…",
    opening: "Decrypting…",
    keep: "Leave this page open. Should it end all the same, nothing is lost.",
    failed: "Nothing was changed: this did not work.",
    again: "Back to the page",
  },
};

const de: typeof en = {
  link: "Deine Daten",
  linkNote: "Exportieren und importieren, sperren, Profile, löschen.",
  intro: "Alles liegt in diesem Browser, auf diesem Gerät, und nirgends sonst. Du kannst es mitnehmen, sperren und löschen.",
  sections: {
    conversations: "Unterhaltungen",
    templates: "Vorlagen",
    tools: "Eigene Werkzeuge",
    settings: "Einstellungen",
    decks: "Lernstapel",
    batches: "Stapelaufträge",
    figures: "Messwerte",
    notes: "Notizen, die Modelle für dich führen",
  },
  back: "Zurück",
  failed: (reason: string) => `Das ging nicht: ${reason}`,

  export: {
    title: "Exportieren",
    note: "Eine Datei mit dem, was du auswählst. Schlüssel, Server und was du erlaubt hast, bleiben hier.",
    what: "Was in die Datei kommt",
    encrypt: "Mit einer Passphrase verschlüsseln",
    encryptNote: "Ohne die Passphrase kann niemand die Datei lesen, auch du nicht.",
    act: "Datei speichern",
    working: "Die Datei wird geschrieben…",
    done: (name: string) => `Gespeichert als ${name}.`,
  },

  import: {
    title: "Importieren",
    note: "Eine Datei, die hier oder anderswo exportiert wurde. Du siehst, was darin ist, bevor etwas übernommen wird.",
    choose: "Datei auswählen…",
    passphrase: "Passphrase der Datei",
    open: "Öffnen",
    reading: "Die Datei wird gelesen…",
    look: "In dieser Datei:",
    tally: (added: number, replaced: number, kept: number) =>
      [
        ...(added > 0 ? [`${String(added)} neu`] : []),
        ...(replaced > 0 ? [`${String(replaced)} neuer als hier`] : []),
        ...(kept > 0 ? [`${String(kept)} schon hier`] : []),
      ].join(", "),
    nothing: "Es ist nichts darin, was nicht schon hier ist.",
    empty: "Die Datei ist in Ordnung, und leer.",
    act: "Übernehmen",
    done: "Übernommen.",
    refused: (problem: ImportProblem): string => {
      switch (problem.code) {
        case "not_an_export":
          return "Das ist keine Datei mit exportierten Daten.";
        case "newer":
          return `Diese Datei ist von einer neueren Version (${String(problem.version)}). Aktualisiere die Seite und versuch es noch einmal.`;
        case "truncated":
          return "Die Datei endet zu früh: Ein Teil fehlt. Kopiere sie noch einmal von dort, woher sie kam.";
        case "damaged":
          return "Die Datei ist beschädigt: Sie ist nicht, was exportiert wurde.";
        case "too_large":
          return `Die Datei ist zu groß für eine Seite (${String(problem.megabytes)} MB). Exportiere in Teilen.`;
        case "malformed":
          return `Die Datei wird abgelehnt: Zeile ${String(problem.line)} ist keine, die diese Seite schreibt (${problem.why}).`;
        case "passphrase_needed":
          return "Die Datei ist verschlüsselt. Gib ihre Passphrase ein.";
        case "wrong_passphrase":
          return "Diese Passphrase öffnet die Datei nicht, oder die Datei ist beschädigt.";
      }
    },
    unchanged: "Es wurde nichts geändert.",
  },

  passphrase: {
    field: "Passphrase",
    current: "Jetzige Passphrase",
    next: "Neue Passphrase",
    repeat: "Noch einmal",
    note: "Ein paar Wörter, die niemand errät.",
    short: (least: number) => `Mindestens ${String(least)} Zeichen.`,
    differ: "Die beiden sind nicht gleich.",
    wrong: "Diese Passphrase öffnet das Profil nicht.",
  },

  passkey: {
    refused: "Es wurde kein Passkey verwendet.",
    unable: "Dieser Passkey kann keine Daten sperren. Nimm einen anderen oder eine Passphrase.",
    wrong: "Dieser Passkey öffnet das Profil nicht.",
  },

  lock: {
    title: "Sperre",
    note: "Was du schreibst und was Modelle antworten, liegt dann verschlüsselt auf diesem Gerät und öffnet sich nur mit deiner Passphrase oder deinem Passkey.",
    warning: "Niemand kann eine verlorene Passphrase wiederherstellen: Ohne sie ist alles in diesem Profil verloren. Exportiere es vorher, wenn du nicht sicher bist.",
    unavailable: "Eine Seite kann nur über https oder von localhost verschlüsseln, und wo der Browser behält, was sie ablegt.",
    how: "Was es öffnet",
    withPassphrase: "Eine Passphrase",
    withPasskey: "Ein Passkey",
    act: "Verschlüsseln und sperren",
    on: "Dieses Profil hat eine Sperre: Es liegt verschlüsselt.",
    search: "Die Suche findet dabei nur ganze Wörter.",
    now: "Jetzt sperren",
    after: "Von selbst sperren",
    afterNote: "Wenn so lange keine Hand an der Seite war.",
    minutes: (minutes: number) => (minutes === 60 ? "Nach einer Stunde" : `Nach ${String(minutes)} Minuten`),
    never: "Nie",
    change: "Passphrase ändern",
    set: "Passphrase hinzufügen",
    add: "Passkey hinzufügen",
    drop: "Passkeys entfernen",
    prove: "Zeig zuerst, dass du es bist.",
    provePasskey: "Passkey verwenden",
    save: "Speichern",
    off: "Sperre aufheben",
    offQuestion: "Alles in diesem Profil liegt dann auf diesem Gerät, wie es ist: lesbar für alle, die seinen Datenträger lesen können.",
  },

  profiles: {
    title: "Profile",
    note: "Jedes hat eigene Unterhaltungen, Einstellungen und Notizen, und keines sieht die eines anderen. Heruntergeladene Modelle sind gemeinsam. Namen sind nicht verschlüsselt.",
    first: "Erstes Profil",
    here: "offen",
    locked: "gesperrt",
    open: (name: string) => `${name} öffnen`,
    openShort: "Öffnen",
    rename: (name: string) => `${name} umbenennen`,
    renameShort: "Umbenennen",
    remove: (name: string) => `${name} löschen`,
    removeShort: "Löschen",
    name: "Name",
    create: "Neues Profil…",
    createAct: "Anlegen und öffnen",
    save: "Speichern",
    question: (name: string) => `Das Profil „${name}“ mit allem darin löschen?`,
    gone: "Es lässt sich nicht zurückholen.",
    confirm: "Endgültig löschen",
  },

  removal: {
    title: "Alles löschen",
    note: "Alle Profile mit allem darin. Heruntergeladene Modelle bleiben; du löschst sie unter Modelle.",
    act: "Alles löschen…",
    question: "Alle Profile mit allem darin löschen?",
    gone: "Es lässt sich nicht zurückholen. Exportiere, was du behalten willst.",
    confirm: "Endgültig alles löschen",
  },

  door: {
    title: (name: string) => `${name} ist gesperrt`,
    own: "Deine Unterhaltungen sind gesperrt",
    note: "Sie liegen verschlüsselt auf diesem Gerät.",
    unlock: "Entsperren",
    passkey: "Mit einem Passkey entsperren",
    forgot: "Vergessen?",
    forgotNote: "Niemand kann eine Passphrase wiederherstellen, auch wir nicht: Sie ist nirgends gespeichert. Du kannst dieses Profil löschen und neu beginnen.",
    other: "Ein anderes Profil",
    busy: "Ein anderer Tab schreibt dieses Profil gerade um. Einen Moment…",
    waiting: "Es wird auf die anderen Tabs dieser Seite gewartet…",
    sealing: "Es wird verschlüsselt…",
    opening: "Es wird entschlüsselt…",
    keep: "Lass diese Seite offen. Sollte sie trotzdem enden, geht nichts verloren.",
    failed: "Es wurde nichts geändert: Das ging nicht.",
    again: "Zurück zur Seite",
  },
};

export const dataText = { en, de };
