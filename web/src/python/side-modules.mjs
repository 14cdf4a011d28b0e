/**
 * Placing the WebAssembly modules of packages in an interpreter before Python starts in it.
 *
 * There, their place in memory and in the table of functions depends on nothing but their order. So a memory that was
 * taken behind them fits every interpreter in which the same modules were placed. Plain JavaScript, as the program
 * that takes the memory runs it without a build.
 */

/** @typedef {{ path: string, module: Promise<WebAssembly.Module> }} PlacedModule `path` is where Python looks for it. */

/**
 * Emscripten's settings, its module and what makes one of the other, as far as they are used here.
 * @typedef {{ preRun: ((module: EmscriptenModule) => void)[] }} EmscriptenSettings
 * @typedef {object} EmscriptenModule
 * @property {(name: string) => void} addRunDependency Nothing runs before it has been removed again.
 * @property {(name: string) => void} removeRunDependency
 * @property {Record<string, object>} preloadedWasm What opening a library finds, in place of reading it.
 * @property {(module: WebAssembly.Module, flags: object, name: string, scope: object) => Promise<object>} loadWebAssemblyModule
 * @property {(bytes: number) => boolean} _emscripten_resize_heap
 * @property {(bytes: number) => number} _sbrk Moves the end of the heap, and gives where it was.
 * @property {Int8Array} HEAP8
 * @property {WebAssembly.Table} wasmTable
 * @property {number} __PyRuntime Address of Python's own state.
 * @property {number} __PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET Address of a word: where in that state the trampoline stands.
 * @typedef {(settings: EmscriptenSettings) => Promise<EmscriptenModule>} CreateModule
 */

/**
 * Creates the interpreter's module with these side modules in it. Rejects where one does not come.
 * @param {EmscriptenSettings} settings
 * @param {readonly PlacedModule[]} sideModules
 * @param {CreateModule} create
 * @returns {Promise<EmscriptenModule>}
 */
export async function placeSideModules(settings, sideModules, create) {
  /** @type {(error: unknown) => void} */
  let fail = () => undefined;
  /** @type {Promise<never>} */
  const failure = new Promise((_resolve, reject) => {
    fail = reject;
  });
  settings.preRun.push((module) => {
    module.addRunDependency("side modules");
    placeAll(module, sideModules).then(() => {
      module.removeRunDependency("side modules");
    }, fail);
  });
  return Promise.race([create(settings), failure]);
}

/** A function of the runtime's own comes before, but only where the engine knows all that it needs. */
const ROUND_PLACE = 1024;

/**
 * @param {EmscriptenModule} module
 * @param {readonly PlacedModule[]} sideModules
 */
async function placeAll(module, sideModules) {
  const { length } = module.wasmTable;
  module.wasmTable.grow(Math.ceil(length / ROUND_PLACE) * ROUND_PLACE - length);
  // One after another: their order is their place.
  for (const { path, module: compiled } of sideModules) {
    module.preloadedWasm[path] = await module.loadWebAssemblyModule(
      await compiled,
      { loadAsync: true, nodelete: true },
      path,
      {},
    );
  }
}
