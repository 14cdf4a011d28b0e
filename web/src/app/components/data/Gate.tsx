/** Shows the application where its profile is open, and what stands before it where it is not. */
import type { ComponentChildren, JSX } from "preact";
import { deferred } from "../Deferred";
import { useData } from "./context";

const Door = deferred(async () => (await import("./Door")).Door);

export function Gate({ children }: { children: ComponentChildren }): JSX.Element | null {
  const state = useData().vault.state.value;
  if (state.kind === "open" || (state.kind === "opening" && !state.locked)) return <>{children}</>;
  // It was locked the last time: nothing of a conversation is drawn before that is known.
  return state.kind === "opening" ? null : <Door />;
}
