/** Fills what an interpreter's allocator has free with zeros: what is left of dead objects would not pack well. */

const LARGEST = 1 << 20;
const SMALLEST = 1 << 8;

/**
 * @param {{ _malloc: (bytes: number) => number, _free: (at: number) => void, _sbrk: (bytes: number) => number, HEAPU8: Uint8Array }} module
 */
export function zeroFreeMemory(module) {
  const taken = [];
  for (let size = LARGEST; size >= SMALLEST; size /= 2) {
    for (;;) {
      const end = module._sbrk(0);
      const at = module._malloc(size);
      taken.push(at);
      module.HEAPU8.fill(0, at, at + size);
      // It came from behind the end: nothing of this size was free before it.
      if (module._sbrk(0) !== end) break;
    }
  }
  for (const at of taken) module._free(at);
}
