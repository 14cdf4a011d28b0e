/** What is told while Python and a model load, and when an engine comes back. */
import type { BootStage, LoadStage } from "../../protocol/wire";

const en = {
  loading: {
    label: "Loading",
    python: "Python",
    model: "Model",
    pythonStages: {
      interpreter: "Starting the interpreter",
      packages: "Unpacking packages",
      import: "Importing Amplifier",
    } satisfies Record<BootStage, string>,
    modelStages: {
      prepare: "Preparing",
      download: "Downloading",
      verify: "Checking what came",
      read_cache: "Reading from the cache",
      upload: "Moving to the device",
      compile: "Preparing the engine",
      warm_up: "Warming up",
    } satisfies Record<LoadStage, string>,
    engineStarting: "Starting the engine",
    engineRestarting: "Starting the engine again",
    ready: "Ready",
    failed: "Failed",
    waiting: "Waiting",
    notLoaded: "No model loaded",
    bytesOf: (loaded: string, total: string) => `${loaded} of ${total}`,
    percent: (value: number) => `${String(Math.round(value))} %`,
  },

  engine: {
    kinds: { webllm: "WebLLM", wllama: "llama.cpp", server: "Server", scripted: "Scripted replay" },
    devices: { webgpu: "WebGPU", cpu: "CPU", none: "no device" },
  },

  recovery: {
    label: "Recovery",
    happening: (what: string) => `${what}. The engine is started again, and your answer goes on.`,
    inAnswer: (what: readonly string[]) =>
      `${what.join(". ")}. The engine came back and went on; nothing was lost.`,
    over: (what: string) => `${what}. The engine was started again.`,
    behindFailed: (name: string, message: string) => `${name} could not take over: ${message}`,
    short: (name: string, percent: number) => `${name} · ${String(percent)} %`,
    fetching: (name: string, percent: number) => `Downloading ${name}, ${String(percent)} %`,
    incoming: (name: string, percent: number) => `${name} loads behind, ${String(percent)} %`,
  },
};

const de: typeof en = {
  loading: {
    label: "Lädt",
    python: "Python",
    model: "Modell",
    pythonStages: {
      interpreter: "Der Interpreter startet",
      packages: "Pakete werden ausgepackt",
      import: "Amplifier wird importiert",
    },
    modelStages: {
      prepare: "Wird vorbereitet",
      download: "Wird heruntergeladen",
      verify: "Was ankam, wird geprüft",
      read_cache: "Wird aus dem Speicher gelesen",
      upload: "Wird auf das Gerät gebracht",
      compile: "Die Engine wird vorbereitet",
      warm_up: "Wird warm",
    },
    engineStarting: "Die Engine startet",
    engineRestarting: "Die Engine startet neu",
    ready: "Bereit",
    failed: "Gescheitert",
    waiting: "Wartet",
    notLoaded: "Kein Modell geladen",
    bytesOf: (loaded: string, total: string) => `${loaded} von ${total}`,
    percent: (value: number) => `${String(Math.round(value))} %`,
  },

  engine: {
    kinds: { webllm: "WebLLM", wllama: "llama.cpp", server: "Server", scripted: "Aufzeichnung" },
    devices: { webgpu: "WebGPU", cpu: "CPU", none: "kein Gerät" },
  },

  recovery: {
    label: "Wiederherstellung",
    happening: (what: string) => `${what}. Die Engine startet neu, und deine Antwort geht weiter.`,
    inAnswer: (what: readonly string[]) =>
      `${what.join(". ")}. Die Engine kam zurück und machte weiter; nichts ging verloren.`,
    over: (what: string) => `${what}. Die Engine wurde neu gestartet.`,
    behindFailed: (name: string, message: string) => `${name} konnte nicht übernehmen: ${message}`,
    short: (name: string, percent: number) => `${name} · ${String(percent)} %`,
    fetching: (name: string, percent: number) => `${name} wird heruntergeladen, ${String(percent)} %`,
    incoming: (name: string, percent: number) => `${name} lädt im Hintergrund, ${String(percent)} %`,
  },
};

export const loadingText = { en, de };
