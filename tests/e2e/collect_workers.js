// Runs before the page's own scripts, in every frame: remembers the workers that are started there.
globalThis.startedWorkers = [];
globalThis.Worker = class extends Worker {
  constructor(...args) {
    super(...args);
    globalThis.startedWorkers.push(this);
  }
};
