/** Unpacking what hosts send packed, in steps that are short enough for a page's own thread. */

/** Under a millisecond each, or a few where the machine is slow. */
const STEP_BYTES = 1 << 16;

/** Whether a file of the site is packed by its own form; a host's packing is undone by the browser. */
export const isPacked = (path: string): boolean => path.endsWith(".gz");

/** Rejects where the content is not gzip. */
export async function unpack(content: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new DecompressionStream("gzip");
  const feed = async (): Promise<void> => {
    const writer = writable.getWriter();
    for (let at = 0; at < content.length; at += STEP_BYTES) {
      await writer.write(content.subarray(at, at + STEP_BYTES));
      // Others have their turn.
      await new Promise((resolve) => setTimeout(resolve));
    }
    await writer.close();
  };
  const [whole] = await Promise.all([new Response(readable).arrayBuffer(), feed()]);
  return new Uint8Array(whole);
}
