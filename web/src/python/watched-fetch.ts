/**
 * Watches what Pyodide fetches while it boots.
 *
 * Pyodide's loader only logs a file that does not arrive (a missing `.wasm` even leaves its promise open for
 * ever). Watched here, every file that fails is an error with a name, and every file that comes is progress.
 */
import { MissingFile } from "./failure";

export interface FetchWatch {
  /** Rejects with `MissingFile` at the first file that fails; never resolves. */
  readonly failure: Promise<never>;
  /** Puts the scope's own `fetch` back. */
  end(): void;
}

/** Watch `scope.fetch` until `end()`; `onFile` hears of each answer's URL. */
export function watchFetch(scope: { fetch: typeof fetch }, onFile: (url: string) => void): FetchWatch {
  const original = scope.fetch;
  let fail: (error: MissingFile) => void = () => undefined;
  const failure = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  // Whoever races it hears of it; with nobody there, it is not an unhandled rejection.
  failure.catch(() => undefined);

  scope.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    try {
      const response = await original.call(scope, input, init);
      if (response.ok) onFile(url);
      else fail(new MissingFile(url, `HTTP ${String(response.status)}`));
      return response;
    } catch (error) {
      fail(new MissingFile(url, error instanceof Error ? error.message : String(error)));
      throw error;
    }
  };
  return {
    failure,
    end() {
      scope.fetch = original;
    },
  };
}
