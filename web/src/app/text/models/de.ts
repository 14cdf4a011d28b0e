/** What the models' place says, in German. */
import type { Transfer } from "../../models/transfers";
import type { en } from "./en";

const list = (names: readonly string[]): string => names.join(", ");

export const de: typeof en = {
  title: "Modelle",
  close: "Schließen",
  sections: {
    catalogue: "Auswahl",
    storage: "Auf diesem Gerät",
    add: "Eigenes hinzufügen",
    engine: "Engine",
  },
  sectionsLabel: "Teile dieses Bereichs",

  search: "Ein Modell suchen",
  searchPlaceholder: "Name, zum Beispiel Llama oder Qwen",
  filters: {
    label: "Nur zeigen",
    fits: "Passt auf dieses Gerät",
    here: "Auf diesem Gerät",
    task: "Gut für",
    anyTask: "Alles",
  },
  tasks: {
    general: "Allgemeines",
    code: "Programmieren",
    multilingual: "Viele Sprachen",
    quality: "Die besten Antworten",
    low_end: "Kleine Geräte",
    embedding: "Einbettungen",
  },
  count: (shown: number, all: number) =>
    shown === all ? `${String(all)} Modelle` : `${String(shown)} von ${String(all)} Modellen`,
  none: "Kein Modell ist so. Suche nach etwas anderem, oder nimm einen Filter weg.",
  clearFilters: "Alle Modelle zeigen",
  waiting: "Die Liste kommt von der Engine, die noch startet.",
  embedded: "Gehört zu dieser Seite",
  small: "Für kleine Geräte",
  large: "Für Geräte mit mehr Speicher",
  own: "Deine eigenen",

  chips: {
    loaded: "Antwortet jetzt",
    loading: "Lädt",
    behind: "Lädt im Hintergrund",
    whole: "Auf diesem Gerät",
    partial: "Teilweise hier",
    embedded: "Eingebaut",
  },
  download: (size: string) => `${size} Download`,
  memory: (size: string) => `${size} Arbeitsspeicher`,
  context: (tokens: string) => `${tokens} Token Kontext`,
  noWebGpu:
    "Dieser Browser bietet kein WebGPU; hier laufen deshalb nur Modelle für die CPU. Ein aktuelles Chrome, Edge, Safari oder Firefox mit Hardwarebeschleunigung führt auch die anderen aus.",
  needsWebGpu: "Braucht WebGPU",
  needsFeature: (feature: string) => `Braucht ${feature}, das dieses Gerät nicht bietet`,
  demoNote: "Winzig. Kennt diese Anwendung, ruft zwei Werkzeuge auf und kann sonst wenig.",

  verdict: {
    fits: "Passt auf dieses Gerät",
    fitsOn: (device: string) => `Passt auf dieses Gerät (${device})`,
    not: "Passt nicht auf dieses Gerät",
    take: (name: string) => `Stattdessen ${name} ansehen`,
  },

  details: {
    id: "Kennung",
    download: "Download",
    memory: "Arbeitsspeicher",
    context: "Kontext",
    contextTokens: (tokens: string) => `${tokens} Token`,
    quantization: "Gewichte",
    runsOn: "Läuft auf",
    needs: "Braucht",
    kind: "Art",
    quality: "Güte",
    qualityOf: (value: number) => `${String(Math.round(value))} von 100`,
    tasks: "Gut für",
    unknown: "Nicht bekannt",
    devices: (names: readonly string[]) => list(names),
  },
  kinds: { text: "Nur Text", vision: "Text und Bilder", embedding: "Einbettungen" },

  actions: {
    use: "Benutzen",
    useLabel: (name: string) => `${name} benutzen`,
    download: "Herunterladen",
    downloadLabel: (name: string) => `${name} herunterladen`,
    downloadAndUse: "Herunterladen und benutzen",
    downloadOnly: "Nur herunterladen",
    pause: "Anhalten",
    pauseLabel: (name: string) => `Den Download von ${name} anhalten`,
    resume: "Weiter",
    resumeLabel: (name: string) => `Den Download von ${name} fortsetzen`,
    cancel: "Abbrechen",
    export: "Als Datei sichern",
    delete: "Löschen",
    remove: "Aus der Liste nehmen",
    back: "Behalten",
    notNow: "Jetzt nicht",
    dismiss: "Schließen",
    reset: "GPU zurücksetzen",
  },

  confirm: {
    download: (size: string) =>
      `Das lädt ${size} herunter und bewahrt sie in diesem Browser auf. Was du schreibst, bleibt hier.`,
    downloadAtMost: (size: string) =>
      `Das lädt das Modell herunter, etwa ${size} oder weniger, und bewahrt es in diesem Browser auf. Was du schreibst, bleibt hier.`,
    downloadUnknown:
      "Das lädt das Modell herunter und bewahrt es in diesem Browser auf. Wie groß es ist, sagt seine Liste nicht. Was du schreibst, bleibt hier.",
    memory: (size: string) => `Solange es geladen ist, braucht es etwa ${size} Arbeitsspeicher.`,
    meanwhile: "Du kannst inzwischen weiterschreiben.",
    delete: (name: string, size: string) => `${name} (${size}) aus diesem Browser löschen?`,
    deleteLater: "Um es wieder zu benutzen, muss es neu heruntergeladen werden.",
    deleteAll: (size: string) => `Alle Modelle (${size}) aus diesem Browser löschen?`,
    deleteAllKept: "Das Demo-Modell gehört zur Seite und bleibt. Auch deine Unterhaltungen bleiben.",
    cancel: (size: string) => `Diesen Download aufgeben? Die ${size}, die angekommen sind, werden gelöscht.`,
    cancelUnknown: "Diesen Download aufgeben? Was angekommen ist, wird gelöscht.",
    remove: (name: string) => `${name} aus der Liste nehmen und seine Dateien aus diesem Browser löschen?`,
    reset:
      "Die Engine wird verworfen und das Modell neu geladen. Eine Antwort, die gerade läuft, geht danach weiter.",
  },

  transfer: {
    download: "Wird heruntergeladen",
    import: "Die Datei wird gelesen",
    export: "Die Datei wird gepackt",
    starting: "Beginnt",
    pausing: "Hält an",
    paused: "Angehalten",
    pausedKept: (kept: string, total: string) => `Angehalten. ${kept} von ${total} sind da.`,
    pausedSome: (kept: string) => `Angehalten. ${kept} sind da.`,
    failedKept: (kept: string, total: string) => `${kept} von ${total} sind da: „Weiter“ macht dort weiter.`,
    failedSome: (kept: string) => `${kept} sind da: „Weiter“ macht dort weiter.`,
    rate: (perSecond: string) => `${perSecond}/s`,
    left: (time: string) => `noch ${time}`,
    progressLabel: (name: string) => `Fortschritt von ${name}`,
    asks: (size: string) =>
      `Diese Verbindung kostet vielleicht nach Menge, und ${size} sind herunterzuladen.`,
    asksUnknown: "Diese Verbindung kostet vielleicht nach Menge.",
    agree: "Trotzdem herunterladen",
  },
  lasts: {
    seconds: (count: number) => `${String(count)} s`,
    minutes: (count: number) => `${String(count)} min`,
    hours: (hours: number, minutes: number) => `${String(hours)} h ${String(minutes)} min`,
  },

  storage: {
    used: (used: string, quota: string) => `${used} von etwa ${quota} durch diese Seite belegt`,
    usedOnly: (used: string) => `${used} durch diese Seite belegt`,
    usedLabel: "Belegter Speicher",
    ofModels: (size: string) => `${size} davon sind Modelle`,
    persisted: "Der Browser bewahrt auf, was hier gespeichert ist, bis du es löschst.",
    notPersisted: "Wird der Platz knapp, kann der Browser löschen, was hier gespeichert ist.",
    persist: "Den Browser bitten, es zu behalten",
    kept: "Der Browser behält, was gespeichert ist.",
    refused:
      "Der Browser hat nicht zugestimmt. Diese Anwendung zu installieren oder öfter zu benutzen, kann das ändern.",
    none: "Noch ist kein Modell heruntergeladen.",
    noneNote: "Das Demo-Modell gehört zu dieser Seite und braucht keinen Download.",
    files: (count: number) => (count === 1 ? "eine Datei" : `${String(count)} Dateien`),
    partial: (here: string, total: string) => `${here} von ${total} hier`,
    usedAt: (when: string) => `benutzt ${when}`,
    neverUsed: "noch nicht benutzt",
    deleteAll: "Alle Modelle löschen",
    listLabel: "Modelle in diesem Browser",
    importTitle: "Von einem anderen Rechner",
    importNote:
      "Ein Modell, das als Datei gesichert wurde, lässt sich hier ohne Netz einlesen. „Als Datei sichern“ macht eine solche Datei.",
    import: "Eine Modelldatei einlesen",
    importedFile: "Die Datei",
    unknown: "Es wird nachgesehen, was gespeichert ist",
  },

  add: {
    lead: "Ein Modell, das nicht in der Liste steht. Dieser Browser merkt es sich.",
    from: "Woher es kommt",
    web: "Von einer Adresse",
    disk: "Aus einer Datei auf diesem Gerät",
    engine: "Was es ausführt",
    engines: { cpu: "CPU, eine GGUF-Datei", webgpu: "WebGPU, ein MLC-Modell" },
    name: "Bezeichnung",
    nameHint: "Darf leer bleiben: Dann gilt der Name der Datei.",
    ggufUrl: "Adresse der GGUF-Datei",
    ggufHint: "Auf dieser Seite, huggingface.co oder raw.githubusercontent.com.",
    weightsUrl: "Adresse des Ordners mit den Gewichten",
    libraryUrl: "Adresse der übersetzten Bibliothek (.wasm)",
    context: "Kontextfenster, in Token",
    contextHint: "Darf leer bleiben: Dann gilt das des Modells. Ein kleineres braucht weniger Speicher.",
    submit: "Das Modell hinzufügen",
    file: "Eine GGUF-Datei wählen",
    fileNote:
      "Sie wird in diesen Browser kopiert und von da an nicht mehr gebraucht. Nichts verlässt dieses Gerät.",
    faults: {
      missing: "Das wird gebraucht.",
      not_a_url: "Das ist keine Adresse.",
      credentials: "Eine Adresse mit Benutzernamen oder Passwort wird weder gespeichert noch gesendet.",
      not_https: "Die Adresse muss mit https:// beginnen.",
      foreign_host:
        "Modelle dürfen nach den Regeln dieser Seite nur von ihr selbst, huggingface.co und raw.githubusercontent.com kommen. Lade die Datei herunter und füge sie von diesem Gerät hinzu.",
      not_gguf: "Die Adresse muss auf .gguf enden.",
      not_wasm: "Die Adresse muss auf .wasm enden.",
      context: "Eine ganze Zahl von 128 bis 1048576.",
    },
  },

  ladder: {
    title: "Erst klein, dann besser",
    lead: "Das kleinste Modell antwortet sofort. Bessere laden im Hintergrund und übernehmen zwischen zwei Antworten.",
    stopped: "Angehalten: Das geladene Modell bleibt.",
    pinnedTo: (name: string) => `Bleibt bei ${name}.`,
    none: "Diese Engine hat keine Leiter.",
    list: "Modelle der Leiter, vom kleinen zum guten",
    start: "Laufen lassen",
    stop: "Anhalten",
    pin: "Bei diesem bleiben",
    pinLabel: (name: string) => `Bei ${name} bleiben`,
    unpin: "Weitergehen lassen",
    states: {
      waiting: "Wartet",
      downloading: "Wird heruntergeladen",
      loading: "Lädt",
      active: "Antwortet",
      left: "Zurückgelassen",
      failed: "Gescheitert",
      skipped: "Ausgelassen",
    },
  },

  engine: {
    now: "Jetzt",
    nothing: "Kein Modell ist geladen.",
    resetTitle: "Wenn die Grafikkarte sich danebenbenimmt",
    resetNote: "Ein frischer Worker und ein frisches Gerät, dann dasselbe Modell aus dem Speicher dieses Browsers.",
    resetting: "Wird zurückgesetzt",
    reportTitle: "Bericht für eine Fehlermeldung",
    reportNote:
      "GPU, Grenzen, Versionen, die letzten Fehler und Zeiten. Nichts davon hast du oder das Modell geschrieben.",
    makeReport: "Einen Bericht erstellen",
    makingReport: "Wird erstellt",
    copyReport: "Kopieren",
    reportCopied: "Kopiert",
    saveReport: "Sichern",
    reportLabel: "Der Bericht",
    reportFile: "webllm-bericht.json",
  },

  offer: {
    label: "Ein besseres Modell",
    sentence: (name: string) => `Ein besseres Modell für dieses Gerät: ${name}`,
    get: (size: string) => `${size} herunterladen`,
    getUnknown: "Herunterladen",
    use: "Benutzen",
    decline: "Nein, danke",
  },

  announce: {
    quarter: (name: string, quarter: number) => `${name}: ${String(quarter * 25)} % sind da.`,
    arrived: (name: string) => `${name} ist da.`,
    added: (name: string) => `${name} wurde hinzugefügt.`,
    ended: (name: string, how: Transfer["kind"]) => {
      switch (how) {
        case "paused":
          return `${name}: angehalten.`;
        case "failed":
          return `${name}: gescheitert.`;
        case "asks":
          return `${name}: fragt nach deiner Zustimmung.`;
        case "running":
        case "pausing":
          return "";
      }
    },
  },
};
