import type { Recommendation, Task, Verdict } from "../protocol/wire";
import type { Admission } from "./admission";
import type { Catalogue } from "./catalogue";
import { budgetOf } from "./memory";
import { choicesFor } from "./suggest";

/** Which models suit a task on this device within a budget, best first. `budgetMb` null: what the device has. */
export async function recommend(
  admission: Admission,
  catalogue: Catalogue,
  task: Task,
  budgetMb: number | null,
): Promise<Recommendation> {
  const facts = await admission.facts();
  const embedded = task === "embedding" ? [] : catalogue.all().filter(({ record }) => record.embedded);
  const verdicts = await admission.assessAll([...choicesFor(task, catalogue, facts), ...embedded]);
  const affordable = ({ device, memory_mb: memory }: Verdict): boolean =>
    memory === null || memory <= (budgetMb ?? budgetOf(facts, device === "cpu" ? "cpu" : "webgpu").mb);
  return { type: "recommendation", choices: verdicts.filter((each) => each.fits && affordable(each)) };
}
