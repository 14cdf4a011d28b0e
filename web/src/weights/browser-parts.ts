import type { Journal } from "../engine/journal";
import { watchViolations } from "../engine/violations";
import { realClock } from "./clock";
import { MemoryFiles } from "./memory-files";
import { connectionOf } from "./metered";
import { EventualFiles } from "./eventual-files";
import { PrivateFiles } from "./opfs";
import type { Parts } from "./parts";
import type { Space } from "./quota";
import { PATIENT } from "./retry";

/** The browser's own parts. */
export function browserParts(journal: Journal): Parts {
  const kept = PrivateFiles.available().then((durable) => (durable ? new PrivateFiles() : new MemoryFiles()));
  return {
    files: new EventualFiles(kept),
    journal,
    caches: "caches" in globalThis ? caches : undefined,
    locks: "locks" in navigator ? navigator.locks : undefined,
    network: {
      fetch: (url, init) => fetch(url, init),
      clock: realClock,
      retry: PATIENT,
      random: Math.random,
      origin: self.origin,
      watch: () => watchViolations(),
    },
    space: readSpace,
    persisted: async () => "storage" in navigator && (await navigator.storage.persisted()),
    connection: () => connectionOf(navigator),
    publish: (content) => URL.createObjectURL(content),
  };
}

async function readSpace(): Promise<Space> {
  if (!("storage" in navigator)) return { used: null, quota: null };
  const { usage, quota } = await navigator.storage.estimate();
  return { used: usage ?? null, quota: quota ?? null };
}
