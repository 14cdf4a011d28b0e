import type { Services } from "../engine/services";
import type { Admission } from "./admission";
import type { Catalogue } from "./catalogue";
import type { CustomModels } from "./custom";
import { recommend } from "./recommend";

/** The queries about models: which there are, which fit, which the user adds. */
export function modelServices(admission: Admission, catalogue: Catalogue, custom: CustomModels): Services {
  return {
    queries: {
      assess: ({ model, device }) => admission.assess(model, device),
      recommend: ({ task, budget_mb: budget }) => recommend(admission, catalogue, task, budget),
      add_model: async ({ model }) => ({ type: "model_added", record: (await custom.add(model)).record }),
      remove_model: async ({ model }) => {
        await custom.remove(model);
        return { type: "done" };
      },
    },
    openings: {},
  };
}
