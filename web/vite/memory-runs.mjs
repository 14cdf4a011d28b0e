/** Where in a memory something lies: two fifths of an interpreter's are empty. */

const PAGE = 1 << 12;

/**
 * @param {Uint8Array} memory
 * @returns {[at: number, bytes: number][]} Stretches of pages that are not all zero, in order.
 */
export function runsOf(memory) {
  /** @type {[number, number][]} */
  const runs = [];
  for (let at = 0; at < memory.length; at += PAGE) {
    const page = memory.subarray(at, at + PAGE);
    if (page.every((byte) => byte === 0)) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === at) last[1] += page.length;
    else runs.push([at, page.length]);
  }
  return runs;
}
