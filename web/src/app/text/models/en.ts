/** What the models' place says, in English. */
import type { Rung, Task } from "../../../protocol/wire";
import type { FieldFault } from "../../models/custom";
import type { Section } from "../../models/state";
import type { Transfer } from "../../models/transfers";

const list = (names: readonly string[]): string => names.join(", ");

export const en = {
  title: "Models",
  close: "Close",
  sections: {
    catalogue: "Choose",
    storage: "On this device",
    add: "Add your own",
    engine: "Engine",
  } satisfies Record<Section, string>,
  sectionsLabel: "Parts of this place",

  search: "Search for a model",
  searchPlaceholder: "Name, for example Llama or Qwen",
  filters: {
    label: "Show only",
    fits: "Fits this device",
    here: "On this device",
    task: "Good at",
    anyTask: "Anything",
  },
  tasks: {
    general: "General use",
    code: "Code",
    multilingual: "Many languages",
    quality: "Best answers",
    low_end: "Small devices",
    embedding: "Embeddings",
  } satisfies Record<Task, string>,
  count: (shown: number, all: number) =>
    shown === all ? `${String(all)} models` : `${String(shown)} of ${String(all)} models`,
  none: "No model is like this. Search for something else, or take a filter away.",
  clearFilters: "Show all models",
  waiting: "The list comes from the engine, which is still starting.",
  embedded: "Comes with this page",
  small: "For small devices",
  large: "For devices with more memory",
  own: "Your own",

  chips: {
    loaded: "Answers now",
    loading: "Loading",
    behind: "Loads behind",
    whole: "On this device",
    partial: "Partly here",
    embedded: "Built in",
  },
  download: (size: string) => `${size} download`,
  memory: (size: string) => `${size} memory`,
  context: (tokens: string) => `${tokens} tokens of context`,
  noWebGpu:
    "This browser offers no WebGPU, so only models for the CPU can run here. A current Chrome, Edge, Safari or Firefox with hardware acceleration runs the others.",
  needsWebGpu: "Needs WebGPU",
  needsFeature: (feature: string) => `Needs ${feature}, which this device does not offer`,
  demoNote: "Tiny. Knows this application, calls two tools, and little else.",

  verdict: {
    fits: "Fits this device",
    fitsOn: (device: string) => `Fits this device (${device})`,
    not: "Does not fit this device",
    take: (name: string) => `See ${name} instead`,
  },

  details: {
    id: "Id",
    download: "Download",
    memory: "Memory",
    context: "Context",
    contextTokens: (tokens: string) => `${tokens} tokens`,
    quantization: "Weights",
    runsOn: "Runs on",
    needs: "Needs",
    kind: "Kind",
    quality: "Quality",
    qualityOf: (value: number) => `${String(Math.round(value))} of 100`,
    tasks: "Good at",
    unknown: "Not known",
    devices: (names: readonly string[]) => list(names),
  },
  kinds: { text: "Text", vision: "Text and images", embedding: "Embeddings" },

  actions: {
    use: "Use",
    useLabel: (name: string) => `Use ${name}`,
    download: "Download",
    downloadLabel: (name: string) => `Download ${name}`,
    downloadAndUse: "Download and use",
    downloadOnly: "Download only",
    pause: "Pause",
    pauseLabel: (name: string) => `Pause the download of ${name}`,
    resume: "Resume",
    resumeLabel: (name: string) => `Resume the download of ${name}`,
    cancel: "Cancel",
    export: "Save as a file",
    delete: "Delete",
    remove: "Remove from the list",
    back: "Keep it",
    notNow: "Not now",
    dismiss: "Close",
    reset: "Reset the GPU",
  },

  confirm: {
    download: (size: string) =>
      `This downloads ${size} and keeps it in this browser. What you type stays here.`,
    downloadAtMost: (size: string) =>
      `This downloads the model, about ${size} or less, and keeps it in this browser. What you type stays here.`,
    downloadUnknown:
      "This downloads the model and keeps it in this browser. How big it is, its list does not say. What you type stays here.",
    memory: (size: string) => `While it is loaded it takes about ${size} of memory.`,
    meanwhile: "You can go on chatting meanwhile.",
    delete: (name: string, size: string) => `Delete ${name} (${size}) from this browser?`,
    deleteLater: "To use it again it has to be downloaded again.",
    deleteAll: (size: string) => `Delete all models (${size}) from this browser?`,
    deleteAllKept: "The demo model comes with the page and stays. Your conversations stay, too.",
    cancel: (size: string) => `Give up this download? The ${size} that have come are deleted.`,
    cancelUnknown: "Give up this download? What has come is deleted.",
    remove: (name: string) => `Remove ${name} from the list, and its files from this browser?`,
    reset: "The engine is thrown away and the model is loaded again. An answer that runs goes on afterwards.",
  },

  transfer: {
    download: "Downloading",
    import: "Reading the file",
    export: "Packing the file",
    starting: "Starting",
    pausing: "Pausing",
    paused: "Paused",
    pausedKept: (kept: string, total: string) => `Paused. ${kept} of ${total} are kept.`,
    pausedSome: (kept: string) => `Paused. ${kept} are kept.`,
    failedKept: (kept: string, total: string) =>
      `${kept} of ${total} are kept: Resume goes on from there.`,
    failedSome: (kept: string) => `${kept} are kept: Resume goes on from there.`,
    rate: (perSecond: string) => `${perSecond}/s`,
    left: (time: string) => `${time} left`,
    progressLabel: (name: string) => `Progress of ${name}`,
    asks: (size: string) =>
      `This connection may cost by the amount, and ${size} are to be downloaded.`,
    asksUnknown: "This connection may cost by the amount.",
    agree: "Download anyway",
  },
  lasts: {
    seconds: (count: number) => `${String(count)} s`,
    minutes: (count: number) => `${String(count)} min`,
    hours: (hours: number, minutes: number) => `${String(hours)} h ${String(minutes)} min`,
  },

  storage: {
    used: (used: string, quota: string) => `${used} of about ${quota} used by this site`,
    usedOnly: (used: string) => `${used} used by this site`,
    usedLabel: "Storage used",
    ofModels: (size: string) => `${size} of it are models`,
    persisted: "The browser keeps what is stored here until you delete it.",
    notPersisted: "When space runs out, the browser may clear what is stored here.",
    persist: "Ask the browser to keep it",
    kept: "The browser will keep what is stored.",
    refused: "The browser did not agree. Installing this application, or using it more often, may change that.",
    none: "No model has been downloaded yet.",
    noneNote: "The demo model comes with this page and needs no download.",
    files: (count: number) => (count === 1 ? "1 file" : `${String(count)} files`),
    partial: (here: string, total: string) => `${here} of ${total} here`,
    usedAt: (when: string) => `used ${when}`,
    neverUsed: "not used yet",
    deleteAll: "Delete all models",
    listLabel: "Models in this browser",
    importTitle: "From another computer",
    importNote:
      "A model that was saved as a file can be read in here, without a network. “Save as a file” makes such a file.",
    import: "Read in a model file",
    importedFile: "The file",
    unknown: "Looking at what is stored",
  },

  add: {
    lead: "A model that is not in the list. It is remembered in this browser.",
    from: "Where it comes from",
    web: "An address",
    disk: "A file on this device",
    engine: "What runs it",
    engines: { cpu: "CPU, a GGUF file", webgpu: "WebGPU, an MLC model" },
    name: "Name",
    nameHint: "May stay empty: the file's name is taken.",
    ggufUrl: "Address of the GGUF file",
    ggufHint: "On this site, huggingface.co or raw.githubusercontent.com.",
    weightsUrl: "Address of the weights' folder",
    libraryUrl: "Address of the compiled library (.wasm)",
    context: "Context window, in tokens",
    contextHint: "May stay empty: the model's own is taken. Smaller needs less memory.",
    submit: "Add the model",
    file: "Choose a GGUF file",
    fileNote:
      "It is copied into this browser, so that it works without the file from then on. Nothing leaves this device.",
    faults: {
      missing: "This is needed.",
      not_a_url: "This is not an address.",
      credentials: "An address with a user name or password is neither stored nor sent.",
      not_https: "The address has to begin with https://.",
      foreign_host:
        "This page's policy lets models come only from this site, huggingface.co and raw.githubusercontent.com. Download the file and add it from this device.",
      not_gguf: "The address has to end in .gguf.",
      not_wasm: "The address has to end in .wasm.",
      context: "A whole number from 128 to 1048576.",
    } satisfies Record<FieldFault, string>,
  },

  ladder: {
    title: "Small first, better later",
    lead: "The smallest model answers at once. Better ones load behind it and take over between two answers.",
    stopped: "Stopped: the model that is loaded stays.",
    pinnedTo: (name: string) => `Stays with ${name}.`,
    none: "This engine has no ladder.",
    list: "Models of the ladder, from small to good",
    start: "Let it run",
    stop: "Stop it",
    pin: "Stay with this one",
    pinLabel: (name: string) => `Stay with ${name}`,
    unpin: "Let it go on",
    states: {
      waiting: "Waits",
      downloading: "Downloads",
      loading: "Loads",
      active: "Answers",
      left: "Left behind",
      failed: "Failed",
      skipped: "Left out",
    } satisfies Record<Rung["state"], string>,
  },

  engine: {
    now: "Now",
    nothing: "No model is loaded.",
    resetTitle: "When the graphics device misbehaves",
    resetNote: "A fresh worker and a fresh device, then the same model from this browser's storage.",
    resetting: "Resetting",
    reportTitle: "Report for a bug",
    reportNote:
      "GPU, limits, versions, the last errors and timings. It holds nothing that you or the model wrote.",
    makeReport: "Make a report",
    makingReport: "Making it",
    copyReport: "Copy",
    reportCopied: "Copied",
    saveReport: "Save",
    reportLabel: "The report",
    reportFile: "webllm-report.json",
  },

  offer: {
    label: "A better model",
    sentence: (name: string) => `A better model for this device: ${name}`,
    get: (size: string) => `Download ${size}`,
    getUnknown: "Download",
    use: "Use it",
    decline: "No, thanks",
  },

  announce: {
    quarter: (name: string, quarter: number) => `${name}: ${String(quarter * 25)} % have come.`,
    arrived: (name: string) => `${name} is here.`,
    added: (name: string) => `${name} was added.`,
    ended: (name: string, how: Transfer["kind"]) => {
      switch (how) {
        case "paused":
          return `${name}: paused.`;
        case "failed":
          return `${name}: failed.`;
        case "asks":
          return `${name}: asks for your consent.`;
        case "running":
        case "pausing":
          return "";
      }
    },
  },
};
