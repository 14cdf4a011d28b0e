import type { JSX } from "preact";
import { engineName } from "../format";
import { text } from "../text";
import type { Theme } from "../theme";
import { useApp } from "./context";
import { Underway } from "./models/Underway";
import { OfflineStatus } from "./OfflineStatus";
import { Chevron, HalfSun, Mark, Moon, Plus, Sun } from "./icons";

export function Header({ onNewConversation }: { onNewConversation: () => void }): JSX.Element {
  return (
    <header class="header">
      <div class="header-inner">
        <div class="brand">
          <Mark />
          <h1>{text.appName}</h1>
        </div>
        <ModelAndEngine />
        <div class="header-actions">
          <OfflineStatus />
          <ThemeButton />
          <button
            type="button"
            class="icon-button"
            data-testid="new-conversation"
            aria-label={text.header.newConversation}
            title={text.header.newConversationKeys}
            onClick={onNewConversation}
          >
            <Plus />
          </button>
        </div>
      </div>
    </header>
  );
}

function ModelAndEngine(): JSX.Element {
  const { state, models } = useApp();
  const engine = state.engine.value;
  const name = state.modelName.value ?? text.header.noModel;
  const loaded = engine.kind === "ready" ? engine.model.engine : null;
  return (
    <div class="model-block">
      <button
        type="button"
        class="model-button"
        data-testid="model-picker"
        aria-haspopup="dialog"
        aria-label={text.header.chooseModel(name)}
        onClick={() => {
          models.open();
        }}
      >
        <span class="model-name">{name}</span>
        <Chevron />
      </button>
      <p class="engine-badge" data-device={loaded?.device ?? "none"} title={text.header.engineLabel}>
        <span class="visually-hidden">{`${text.header.engineLabel}: `}</span>
        <span data-testid="engine-name">{loaded === null ? text.header.engineNone : engineName(loaded)}</span>
      </p>
      <Underway />
    </div>
  );
}

function ThemeButton(): JSX.Element {
  const { theme } = useApp();
  const label = text.header.themeNow(text.header.themes[theme.current.value]);
  return (
    <button
      type="button"
      class="icon-button"
      data-testid="theme"
      aria-label={label}
      title={label}
      onClick={() => {
        theme.advance();
      }}
    >
      <ThemeIcon theme={theme.current.value} />
    </button>
  );
}

function ThemeIcon({ theme }: { theme: Theme }): JSX.Element {
  switch (theme) {
    case "system":
      return <HalfSun />;
    case "light":
      return <Sun />;
    case "dark":
      return <Moon />;
  }
}
