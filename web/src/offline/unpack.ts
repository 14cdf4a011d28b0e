/** Unpacking what hosts send packed, in steps that are short enough for a page's own thread. */

/** Under a millisecond each, or a few where the machine is slow. */
const STEP_BYTES = 1 << 16;

/** Whether a file of the site is packed by its own form; a host's packing is undone by the browser. */
export const isPacked = (path: string): boolean => path.endsWith(".gz");

/** Rejects where the content is not gzip, and with the reason of `signal`. */
export async function unpack(
  content: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  const feed = async (): Promise<void> => {
    for (let at = 0; at < content.length && !signal.aborted; at += STEP_BYTES) {
      await writer.write(content.subarray(at, at + STEP_BYTES));
      await othersTurn();
    }
    await (signal.aborted ? writer.abort(signal.reason) : writer.close());
  };
  const [whole] = await Promise.all([new Response(readable).arrayBuffer(), feed()]);
  return new Uint8Array(whole);
}

/** Not by a timer: in a page that nobody looks at, each would take a second, and later a minute. */
function othersTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
