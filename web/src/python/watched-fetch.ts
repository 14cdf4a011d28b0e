/**
 * Watches what Pyodide fetches while it boots.
 *
 * Pyodide's loader only logs a file that does not arrive (a missing `.wasm` even leaves its promise open for
 * ever). Watched here, every file that fails is an error with a name, and every file that comes is progress.
 * A file may also fail half-way: whoever counts its bytes hears of that too.
 */
import { MissingFile } from "./failure";

export interface FetchWatch {
  /** Rejects with `MissingFile` at the first file that fails; never resolves. */
  readonly failure: Promise<never>;
  /** Puts the scope's own `fetch` back. */
  end(): void;
}

/** Hears of the bytes of a file as they come. */
type Count = (bytes: number) => void;

/**
 * Watch `scope.fetch` until `end()`; `onFile` hears of each answer's URL, and says who counts its bytes. Bodies that
 * nobody counts are passed on as they are: only such ones may the browser have compiled ahead.
 */
export function watchFetch(
  scope: { fetch: typeof fetch },
  onFile: (url: string) => Count | undefined,
): FetchWatch {
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
      if (!response.ok) {
        fail(new MissingFile(url, `HTTP ${String(response.status)}`));
        return response;
      }
      const count = onFile(url);
      return count === undefined
        ? response
        : counted(response, count, (error) => {
            fail(new MissingFile(url, reasonOf(error)));
          });
    } catch (error) {
      fail(new MissingFile(url, reasonOf(error)));
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

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function counted(response: Response, count: Count, failed: (error: unknown) => void): Response {
  const pieces = response.body?.getReader();
  if (pieces === undefined) return response;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value } = await pieces.read();
        if (value === undefined) {
          controller.close();
          return;
        }
        count(value.length);
        controller.enqueue(value);
      } catch (error) {
        failed(error);
        controller.error(error);
      }
    },
    cancel: (reason) => pieces.cancel(reason),
  });
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}
