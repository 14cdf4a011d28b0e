import type { Wllama } from "@wllama/wllama";
import type { WireError } from "../protocol/wire";
import { untilAborted } from "./engine-life";
import { EngineFailure, failure, translate } from "./errors";
import { KeptStates } from "./kept-states";
import type { EngineModules } from "./modules";
import { trustNestedBlobs } from "./nested-blobs";
import { PassingAddresses } from "./passing-addresses";
import { askAhead } from "./wllama-ahead";

export type LoadParameters = Parameters<Wllama["loadModel"]>[1];

/** What it takes to begin, and to begin anew with the same model. */
interface Ingredients {
  weights: Blob[];
  parameters: LoadParameters;
}

const WASM_MAGIC = [0, 0x61, 0x73, 0x6d];

/** One for all: the function that it watches is there once. */
const addresses = new PassingAddresses(URL);

/** One llama.cpp with a model in it; another one in its place where it keeps too much of what it was asked. */
export class WllamaRuntime {
  private wllama: Wllama | null = null;
  private runtime: Blob | null = null;
  private ingredients: Ingredients | null = null;
  private states = new KeptStates(Infinity);
  private renewal: Promise<Wllama> | null = null;

  constructor(
    private readonly modules: EngineModules,
    /** It has crashed: nothing that was asked of it is ever answered. */
    private readonly crashed: (error: WireError) => void,
  ) {}

  /** The one that is there now; null before the first and after the last. */
  get current(): Wllama | null {
    return this.wllama;
  }

  /** Brings what it takes with any model: a model may be on its way meanwhile. */
  async gather(signal: AbortSignal): Promise<void> {
    await Promise.all([this.fetched(signal), this.modules.wllama(signal)]);
  }

  /** Starts llama.cpp and loads the model, in place of what was there. */
  async load(weights: Blob[], parameters: LoadParameters, signal: AbortSignal): Promise<Wllama> {
    await this.wllama?.exit();
    const ingredients = { weights, parameters };
    const begun = await this.begin(ingredients, signal);
    this.ingredients = ingredients;
    return begun;
  }

  /**
   * One with room for the states of what it is asked: where too many are kept, a new one in its place. Throws where
   * there is none.
   */
  async roomy(signal: AbortSignal): Promise<Wllama> {
    const { wllama } = this;
    if (wllama === null) throw failure("model_not_loaded", "No model is loaded.");
    if (this.states.full) this.renewal ??= this.renew(wllama);
    // The wait may be given up; what begins anew goes on, for the next request.
    return this.renewal === null ? wllama : untilAborted(this.renewal, signal, "answer");
  }

  /** Notes the tokens of a prompt and its answer, whose state it keeps. */
  count(tokens: Parameters<KeptStates["count"]>[0]): void {
    this.states.count(tokens);
  }

  /** Another one with the same model. One that falls over while it starts harms nobody; later it counts as this one. */
  async beside(signal: AbortSignal): Promise<WllamaRuntime> {
    if (this.ingredients === null) throw failure("model_not_loaded", "No model is loaded.");
    const fallen = new AbortController();
    let stands = false;
    const other = new WllamaRuntime(this.modules, (error) => {
      if (stands) this.crashed(error);
      else fallen.abort();
    });
    other.runtime = this.runtime;
    const { weights, parameters } = this.ingredients;
    try {
      await other.load(weights, parameters, AbortSignal.any([signal, fallen.signal]));
    } catch (raw) {
      await other.exit();
      throw raw;
    }
    stands = true;
    return other;
  }

  async exit(): Promise<void> {
    const { wllama } = this;
    this.wllama = null;
    await wllama?.exit();
  }

  private async renew(old: Wllama): Promise<Wllama> {
    try {
      if (this.ingredients === null) throw failure("model_not_loaded", "No model is loaded.");
      await old.exit();
      const renewed = await this.begin(this.ingredients, new AbortController().signal);
      this.renewal = null;
      return renewed;
    } catch (raw) {
      throw new EngineFailure(translate(raw).error, true);
    }
  }

  /** Fetched and looked at here: left to itself, wllama waits for ever for a runtime that is not there. */
  private async fetched(signal: AbortSignal): Promise<Blob> {
    if (this.runtime !== null) return this.runtime;
    const wasm = await this.modules.wllamaWasm(signal);
    const magic = new Uint8Array(await wasm.slice(0, WASM_MAGIC.length).arrayBuffer());
    if (!WASM_MAGIC.every((byte, index) => magic[index] === byte))
      throw failure("integrity_failed", "The CPU engine's file is not WebAssembly.", "Reload the page.");
    this.runtime = new Blob([wasm], { type: "application/wasm" });
    return this.runtime;
  }

  private async begin({ weights, parameters }: Ingredients, signal: AbortSignal): Promise<Wllama> {
    const address = URL.createObjectURL(await this.fetched(signal));
    try {
      const wllama = await this.start(address, signal);
      // A worker that was terminated settles nothing any more.
      await addresses.during(() => untilAborted(wllama.loadModel(weights, parameters), signal, "load"));
      askAhead(wllama);
      this.states = new KeptStates(wllama.getLoadedContextInfo().n_ctx);
      return wllama;
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  private async start(wasmUrl: string, signal: AbortSignal): Promise<Wllama> {
    const { Wllama } = await this.modules.wllama(signal);
    trustNestedBlobs();
    const wllama = new Wllama(
      { default: wasmUrl },
      {
        // Not by `suppressNativeLog`: with it llama.cpp tells everything, ten messages a token, and wllama drops them.
        logger: {
          debug: () => undefined,
          log: () => undefined,
          warn: () => undefined,
          error: (...what: unknown[]) => {
            this.complain(what);
          },
        },
      },
    );
    // Never its build from a CDN.
    wllama.setCompat(null);
    this.wllama = wllama;
    return wllama;
  }

  /** Its logger is also where a crash of its worker ends up: as an event, with every call left waiting. */
  private complain(what: unknown[]): void {
    console.error("wllama:", ...what);
    const [first] = what;
    if (!(first instanceof Event)) return;
    const raw = first instanceof ErrorEvent ? first.message : first.type;
    this.crashed({
      code: "engine_failed",
      message: "The CPU engine crashed.",
      hint: "Load the model again.",
      details: { raw },
    });
  }
}
