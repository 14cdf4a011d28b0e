/**
 * Every word a person reads in the page: the catalogue that another language translates.
 *
 * Sentences with facts in them are functions, so that a translation may order the words its own way.
 */
import type { OfflineFault } from "../offline/fault";
import type { BootStage, ErrorCode, LoadStage } from "../protocol/wire";
import { modelsText } from "./text/models";

export const text = {
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

  engine: {
    kinds: { webllm: "WebLLM", wllama: "llama.cpp", server: "Server", scripted: "Scripted replay" },
    devices: { webgpu: "WebGPU", cpu: "CPU", none: "no device" },
  },

  models: modelsText,

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

  errors: {
    retry: "Try again",
    restartPython: "Restart Python",
    chooseModel: "Choose a model",
    code: (code: string) => `Code: ${code}`,
    titles: {
      webgpu_unavailable: "This browser has no WebGPU",
      adapter_unavailable: "No graphics adapter",
      feature_missing: "The device lacks something this model needs",
      model_not_found: "No such model",
      model_not_loaded: "The model is not loaded",
      download_failed: "A download failed",
      integrity_failed: "A file is not what it should be",
      quota_exceeded: "The browser gives no more storage",
      out_of_memory: "Not enough memory",
      device_lost: "The graphics device was lost",
      shader_failed: "The graphics device refused the model",
      context_exceeded: "The conversation is too long for this model",
      invalid_request: "The request was not valid",
      unsupported: "Not supported",
      grammar_failed: "The answer could not be held to its form",
      engine_failed: "The engine failed",
      worker_died: "The engine stopped",
      engine_hung: "The engine did not answer any more",
      busy: "The engine has too much to do",
      consent_required: "Your consent is needed",
      authentication_failed: "The server does not know this key",
      access_denied: "The server refuses this",
      rate_limited: "Too many requests",
      server_unavailable: "The server cannot answer now",
      server_unreachable: "The server cannot be reached",
      stream_broken: "The answer broke off",
      content_filtered: "The server withheld the answer",
      python_failed: "Python failed",
      timeout: "It took too long",
      aborted: "It was ended",
      protocol_mismatch: "Parts of this page have different versions",
      internal: "Something went wrong inside this application",
    } satisfies Record<ErrorCode, string>,
    // What to do when the part that failed did not say it itself.
    hints: {
      webgpu_unavailable:
        "Use a current Chrome, Edge, Safari or Firefox, or let the CPU answer with the demo model.",
      adapter_unavailable:
        "Switch on hardware acceleration in the browser's settings, or use the demo model on the CPU.",
      feature_missing: "Choose a model whose name has f32 in it.",
      model_not_found: "Choose a model from the list.",
      model_not_loaded: "Choose a model and wait until it is ready.",
      download_failed: "Check the network, then try again. What has arrived is kept.",
      integrity_failed: "Reload the page. If it happens again, tell whoever runs this site.",
      quota_exceeded: "Free some space, or choose a smaller model.",
      out_of_memory: "Close other tabs, or choose a smaller model.",
      device_lost: "Try again: the engine is being started afresh.",
      shader_failed: "Choose another model, or use the demo model on the CPU.",
      context_exceeded: "Start a new conversation, or choose a model with a longer context.",
      invalid_request: "Try again with other words. If it happens again, it is a fault of this application.",
      unsupported: "Choose another model.",
      grammar_failed: "Try again.",
      engine_failed: "Try again: the engine is being started afresh.",
      worker_died: "It is being started again. Then try again.",
      engine_hung: "It is being started again. Then try again.",
      busy: "Wait until an answer has ended, then try again.",
      consent_required: "Agree to the download, or wait for a connection that costs nothing.",
      authentication_failed: "Check the API key in the settings.",
      access_denied: "Ask whoever runs the server for access, or choose another model.",
      rate_limited: "Wait a moment, then try again.",
      server_unavailable: "Try again in a moment.",
      server_unreachable: "Check the network and the server's address, then try again.",
      stream_broken: "Try again.",
      content_filtered: "Ask in other words.",
      python_failed: "Restart Python. If that does not help, reload the page.",
      timeout: "Try again.",
      aborted: "Ask again if you still want an answer.",
      protocol_mismatch: "Reload the page.",
      internal: "Try again. If it happens again, reload the page.",
    } satisfies Record<ErrorCode, string>,
  },

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
    waitingCost: "Updating reloads this page, and this conversation ends.",
    apply: "Update",
    later: "Later",
    applying: (version: string) => `Changing to version ${version}.`,
    outdated: (version: string) =>
      `Another tab has updated this application to version ${version}. This page goes on working as it is.`,
    outdatedCost: "Reloading updates it too, and this conversation ends.",
    reload: "Reload",
    failed: "A new version could not be stored whole. This one goes on working.",
    dismiss: "Close",
  },

  announce: {
    ready: "Ready. The model can answer.",
    answerStopped: "Answer stopped.",
    toolCalled: (name: string) => `Calls the tool ${name}.`,
    error: (title: string, message: string) => `${title}. ${message}`,
  },
} as const;
