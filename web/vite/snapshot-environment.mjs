/**
 * The environment of the interpreter in the snapshot, and so of every one that is restored from it: what
 * `src/python/boot.ts` gives to one that starts the ordinary way. The seed of hashes would be frozen anyway; given,
 * it makes two builds the same.
 */
export const SNAPSHOT_ENVIRONMENT = { PYTHONDONTWRITEBYTECODE: "1", PYTHONHASHSEED: "0" };
