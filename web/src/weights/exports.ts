/** Packed models that wait to be saved, as long as the worker lives that packed them. */
import type { Weights } from "./weights";

export const EXPORTS_FOLDER = "exports";

const lockOf = (name: string): string => `webllm-provider-export-${name}`;

/** Drops the exports of workers that live no more: their URLs died with them. */
export async function dropAbandoned({ parts: { files, locks } }: Pick<Weights, "parts">): Promise<void> {
  const { held = [] } = (await locks?.query()) ?? {};
  const living = new Set(held.map(({ name }) => name));
  for (const { name } of await files.list(EXPORTS_FOLDER)) {
    if (!living.has(lockOf(name))) await files.remove(EXPORTS_FOLDER, name);
  }
}

/** Marks an export as this worker's until it dies. */
export async function keepForLife(locks: Weights["parts"]["locks"], name: string): Promise<void> {
  if (locks === undefined) return;
  await new Promise<void>((held, failed) => {
    locks
      .request(lockOf(name), () => {
        held();
        return new Promise<never>(() => undefined);
      })
      .catch(failed);
  });
}
