/** Light, dark or as the system says; the choice stays in this browser. */
import { signal, type Signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const KEY = "webllm-provider:theme";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

export interface ThemeChoice {
  current: Signal<Theme>;
  /** The next of system, light, dark. */
  advance(): void;
  choose(theme: Theme): void;
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
  const choose = (theme: Theme): void => {
    current.value = theme;
    show();
    storage?.setItem(KEY, theme);
  };
  return {
    current,
    choose,
    advance() {
      choose(THEMES[(THEMES.indexOf(current.value) + 1) % THEMES.length] ?? "system");
    },
  };
}

function parse(value: string | null): Theme {
  return THEMES.find((theme) => theme === value) ?? "system";
}
