/** Whatever went wrong in this worker, as the error that the page shows. */
import type { WireError } from "../protocol/wire";

/** A file that Python needs and that did not come. */
export class MissingFile extends Error {
  override name = "MissingFile";

  constructor(
    readonly url: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`Python needs ${fileName(url)}, and it did not arrive (${reason}).`, options);
  }
}

/** Packages that Pyodide was asked for and could not install. */
export class MissingPackages extends Error {
  override name = "MissingPackages";

  constructor(
    readonly packages: readonly string[],
    readonly reasons: readonly string[],
  ) {
    super(
      packages.length === 1
        ? `The Python package ${packages[0] ?? ""} could not be installed.`
        : `These Python packages could not be installed: ${packages.join(", ")}.`,
    );
  }
}

/** The interpreter came, and the browser could not make it run: for want of memory, as a rule. */
export class InterpreterFailed extends Error {
  override name = "InterpreterFailed";
  readonly reason: string;

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The browser could not start Python's interpreter (${reason}).`, { cause });
    this.reason = reason;
  }
}

export function fileName(url: string): string {
  return decodeURIComponent(new URL(url, "https://site.invalid/").pathname.split("/").at(-1) ?? url);
}

const MISSING_MODULE = /No module named '([^']+)'/;
// Chromium's and Firefox's words for an import() that found nothing.
const MISSING_SCRIPT = /dynamically imported module: (\S+)/;

export function pythonFailed(error: unknown): WireError {
  if (error instanceof MissingFile) {
    return {
      code: "python_failed",
      message: error.message,
      hint: "Check the network and restart Python. If the file is missing from the site, build the site again.",
      details: { file: fileName(error.url), reason: error.reason },
    };
  }
  if (error instanceof MissingPackages) {
    return {
      code: "python_failed",
      message: error.message,
      hint: "Check the network and restart Python. If that does not help, build the wheels and the site again.",
      details: { packages: [...error.packages], reasons: [...error.reasons] },
    };
  }
  if (error instanceof InterpreterFailed) {
    return {
      code: "python_failed",
      message: error.message,
      hint: "Close other tabs and programs, since it may be short of memory, and restart Python.",
      details: { reason: error.reason },
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  const script = MISSING_SCRIPT.exec(message)?.[1];
  if (script !== undefined) return pythonFailed(new MissingFile(script, message));
  const missing = MISSING_MODULE.exec(message)?.[1];
  if (missing !== undefined) {
    return {
      code: "python_failed",
      message: `Python could not import the module ${missing}.`,
      hint: "A wheel is missing from the site: build the wheels and the site again.",
      details: { module: missing, traceback: message },
    };
  }
  return {
    code: "python_failed",
    message: `Python failed: ${lastLine(message)}`,
    hint: "Restart Python. If that does not help, reload the page.",
    details: { traceback: message },
  };
}

/** A Python traceback says what happened in its last line. */
function lastLine(message: string): string {
  const lines = message.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "") ?? "no message";
}
