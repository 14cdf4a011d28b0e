/** The smallest WebAssembly module with a 64-bit memory. */
const PROBE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 4, 1]);

/** Whether this browser has the 64-bit WebAssembly memory that the CPU engine is built for. */
export const hasMemory64 = (): boolean => WebAssembly.validate(PROBE);
