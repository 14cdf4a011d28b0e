/**
 * The memory of a Python that was started when the site was built: restoring it takes a fraction of a start.
 *
 * It belongs to one exact build of Pyodide, which refuses the memory of another.
 */
import type { PyodideAPI } from "pyodide";

/** The interpreter's memory; null where it cannot be had, and Python has to start the ordinary way. */
export async function fetchSnapshot(url: string, fetch_: typeof fetch = fetch): Promise<Uint8Array | null> {
  try {
    const response = await fetch_(url);
    if (!response.ok || response.body === null) throw new Error(`HTTP ${String(response.status)}`);
    // The file itself is packed: not every host packs what it serves.
    const memory = response.body.pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(memory).arrayBuffer());
  } catch (error) {
    console.warn("Python starts the ordinary way, without its snapshot:", error);
    return null;
  }
}

/** What was drawn from chance when the snapshot was made is drawn again: else every start would draw the same. */
export function drawAgain(pyodide: PyodideAPI): void {
  pyodide.runPython("import random; random.seed()");
}
