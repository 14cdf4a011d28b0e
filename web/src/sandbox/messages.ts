/** What crosses between the page, the documents beneath it, and the frames of opaque origin in those. */

/** Pyodide, as bytes: whoever runs it may fetch nothing. */
export interface InterpreterFiles {
  "pyodide.mjs": ArrayBuffer;
  "pyodide.asm.mjs": ArrayBuffer;
  "pyodide.asm.wasm": ArrayBuffer;
  "python_stdlib.zip": ArrayBuffer;
}

/** Page to sandbox.html, with a port. */
export interface RunInSandbox {
  type: "run";
  files: InterpreterFiles;
  /** Python; defines `run`. */
  source: string;
  /** JSON text of an object. */
  arguments: string;
}

/** What comes out of the sandbox, as JSON text. Written by what a person's tool shares a thread with: untrusted. */
export type FromSandbox =
  | { type: "started" }
  /** `value` is JSON text; `printed` is the beginning of what the tool printed. */
  | { type: "done"; value: string; printed: string }
  /** The tool raised, or is no tool; `message` is what Python says of it. */
  | { type: "raised"; message: string; printed: string }
  /** The interpreter could not start. */
  | { type: "broken"; message: string };

/** Page to fetch.html, with a port. */
export interface ReadAddress {
  type: "read";
  url: string;
  /** Of bytes of the answer's body. */
  limit: number;
}

/** Fetch.html's answer. */
export type AddressRead =
  | { type: "read"; url: string; status: number; contentType: string; bytes: ArrayBuffer; truncated: boolean }
  | { type: "failed"; message: string };
