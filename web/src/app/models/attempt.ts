import { asWireError } from "../../bridge/engine-error";
import { text } from "../text";
import type { ModelsState } from "./state";

/** Does what the user asked for; what goes wrong is shown where they are, and said. */
export type Attempt = (what: () => Promise<void>) => Promise<boolean>;

export function attempts(state: ModelsState, announce: (sentence: string) => void): Attempt {
  return async (what) => {
    state.fault.value = null;
    try {
      await what();
      return true;
    } catch (raw) {
      const error = asWireError(raw);
      state.fault.value = error;
      announce(text.announce.error(text.errors.titles[error.code], error.message));
      return false;
    }
  };
}
