// Runs while the page's own script is still fetched and read: the browser opens what this origin has stored, which takes
// longer the more was written there lately, and the page finds it open.
try {
  globalThis.indexedDB.databases().catch(() => undefined);
} catch {
  // Where nothing may be stored, the page says so itself.
}
