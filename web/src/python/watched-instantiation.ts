/**
 * Watches how the interpreter comes to life out of its WebAssembly.
 *
 * Pyodide's loader only logs where that fails (for want of memory, for one) and leaves its promise open for ever.
 * Watched here, it is an error. And whoever has compiled the interpreter already has it taken from here: Pyodide itself
 * would only begin to once everything else is there.
 */
import { InterpreterFailed } from "./failure";

/** The interpreter, compiled while the start was still being prepared. */
export interface CompiledAhead {
  /** What Pyodide asks for; it gets an empty answer. */
  url: string;
  module: Promise<WebAssembly.Module>;
}

export interface InstantiationWatch {
  /** Rejects with `InterpreterFailed`; never resolves. */
  readonly failure: Promise<never>;
  /** Puts the scope's own functions back. */
  end(): void;
}

interface WatchedScope {
  fetch: typeof fetch;
  WebAssembly: Pick<typeof WebAssembly, "instantiate" | "instantiateStreaming">;
}

/** Watch until `end()`. Only the interpreter is instantiated from a stream; side modules are none of this. */
export function watchInstantiation(scope: WatchedScope, ahead: CompiledAhead | null = null): InstantiationWatch {
  const { fetch: fetch_, WebAssembly: wasm } = scope;
  const { instantiateStreaming } = wasm;
  let fail: (error: InterpreterFailed) => void = () => undefined;
  const failure = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  // Whoever races it hears of it; with nobody there, it is not an unhandled rejection.
  failure.catch(() => undefined);

  const instantiate: typeof instantiateStreaming = async (source, imports) => {
    if (ahead === null) return instantiateStreaming.call(wasm, source, imports);
    const module = await ahead.module;
    return { module, instance: await wasm.instantiate(module, imports) };
  };
  wasm.instantiateStreaming = async (source, imports) => {
    try {
      return await instantiate(source, imports);
    } catch (error) {
      fail(new InterpreterFailed(error));
      throw error;
    }
  };
  if (ahead !== null) {
    scope.fetch = (input, init) =>
      urlOf(input) === ahead.url ? Promise.resolve(new Response()) : fetch_.call(scope, input, init);
  }
  return {
    failure,
    end() {
      wasm.instantiateStreaming = instantiateStreaming;
      if (ahead !== null) scope.fetch = fetch_;
    },
  };
}

const urlOf = (input: RequestInfo | URL): string => (input instanceof Request ? input.url : String(input));
