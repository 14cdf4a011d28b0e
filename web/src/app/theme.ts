/** Light, dark or as the system says; the choice stays in this browser. */
import { signal, type Signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const KEY = "webllm-provider:theme";
const ORDER: readonly Theme[] = ["system", "light", "dark"];

export interface ThemeChoice {
  current: Signal<Theme>;
  /** The next of system, light, dark. */
  advance(): void;
}

export function createTheme(
  root: HTMLElement,
  storage: Pick<Storage, "getItem" | "setItem"> | null,
): ThemeChoice {
  const current = signal<Theme>(parse(storage?.getItem(KEY) ?? null));
  const show = (): void => {
    root.dataset["theme"] = current.value;
  };
  show();
  return {
    current,
    advance() {
      current.value = ORDER[(ORDER.indexOf(current.value) + 1) % ORDER.length] ?? "system";
      show();
      storage?.setItem(KEY, current.value);
    },
  };
}

function parse(value: string | null): Theme {
  return ORDER.find((theme) => theme === value) ?? "system";
}
