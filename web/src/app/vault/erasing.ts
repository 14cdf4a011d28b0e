/** Deletes profiles and what a rewritten one has left: a deletion that is cut off is ended at the next start. */
import { deleteDB } from "idb";
import type { ProfileRecord, Registry } from "./registry";
import type { Tabs } from "./tabs";
import type { ProfileUse } from "./use";

export interface ErasingOptions {
  registry: Registry;
  tabs: Tabs;
  use: ProfileUse;
}

export class Erasing {
  constructor(private readonly options: ErasingOptions) {}

  /** With everything in it. Tabs that show it leave it before. */
  async erase(record: ProfileRecord): Promise<void> {
    const { registry, tabs, use } = this.options;
    const { id } = record;
    tabs.say({ kind: "leave", profile: id });
    await use.alone(id, async () => {
      // As it lies now: another tab may have written it into other databases since it was listed here.
      const stored = (await registry.get(id)) ?? record;
      const gone: ProfileRecord = { ...stored, deleted: true, doomed: [...stored.doomed, stored.database, stored.documents] };
      await registry.put(gone);
      await this.drop(gone);
    });
    tabs.say({ kind: "profiles" });
  }

  /** Deletes what is to go, and says so in the registry. */
  async drop(record: ProfileRecord): Promise<void> {
    for (const name of record.doomed) await deleteDB(name);
    if (record.deleted === true) await this.options.registry.remove(record.id);
    else {
      const { id, doomed } = record;
      // Only these: others may have come, where the profile has been rewritten since.
      const left = (stored: ProfileRecord): readonly string[] => stored.doomed.filter((name) => !doomed.includes(name));
      await this.options.registry.change(id, (stored) => (stored === null ? null : { ...stored, doomed: left(stored) }));
    }
  }

  /** Ends a deletion that a crash has cut off: then the profile can begin anew. */
  async finish(id: string): Promise<void> {
    await this.options.use.alone(id, async () => {
      const left = await this.options.registry.get(id);
      if (left?.deleted === true) await this.drop(left);
    });
  }

  /** What a crash has left behind. */
  async sweep(own: ProfileRecord): Promise<void> {
    const stored = await this.options.registry.all();
    for (const { id } of stored.filter(({ id, deleted }) => id !== own.id && deleted === true)) await this.finish(id);
    if (own.doomed.length > 0) await this.drop(own);
  }
}
