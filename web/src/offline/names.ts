/**
 * The names under which one site keeps things in its origin. Several sites may share an origin, and WebLLM keeps
 * gigabytes of models there: only exactly these names are ever opened, and no cache is ever deleted.
 */
export interface StorageNames {
  /** The cache of contents. */
  content: string;
  /** The cache that remembers generations. */
  generations: string;
  /** The Web Lock around changes of the generations. */
  generationsLock: string;
  /** Where it is kept which other origins may use the model: a key of `localStorage`. */
  origins: string;
  /** The Web Lock of whoever fills the cache: one tab at a time. */
  fillLock: string;
  /** The Web Lock that every page of a build holds, shared, for as long as it is open. */
  pageLock(build: string): string;
  /** The Web Lock of the tab in which the engine of a build runs. */
  engineLock(build: string): string;
  /** The Web Lock of the tab that writes an answer into a conversation. */
  conversationLock(conversation: string): string;
  /** The Web Lock of the tab in which a batch runs. */
  batchLock(batch: string): string;
  /** The IndexedDB database of a profile, and the channel on which its tabs tell each other what they stored. */
  database(profile: string): string;
  /**
   * The IndexedDB database of which profiles there are, the channel on which their tabs talk, the key of
   * `localStorage` that says which one was open last, and what the names of the profiles' locks begin with.
   */
  profiles: string;
}

/** Under which URL the cache of contents keeps one. A cache wants URLs as keys; this one is never requested. */
export const contentKey = (scope: string, sha256: string): string => new URL(`content/${sha256}`, scope).href;

/** `scope` is the URL of the site's root. */
export function storageNames(scope: string): StorageNames {
  const prefix = `webllm-provider:${new URL(scope).pathname}`;
  return {
    content: `${prefix}:content`,
    generations: `${prefix}:generations`,
    origins: `${prefix}:origins`,
    generationsLock: `${prefix}:generations`,
    fillLock: `${prefix}:fill`,
    pageLock: (build) => `${prefix}:page:${build}`,
    engineLock: (build) => `${prefix}:engine:${build}`,
    conversationLock: (conversation) => `${prefix}:conversation:${conversation}`,
    batchLock: (batch) => `${prefix}:batch:${batch}`,
    profiles: `${prefix}:profiles`,
    database: (profile) => `${prefix}:profile:${profile}`,
  };
}
