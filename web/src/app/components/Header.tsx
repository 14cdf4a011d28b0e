import type { JSX } from "preact";
import { engineName } from "../format";
import { text } from "../text";
import type { Theme } from "../theme";
import { useApp } from "./context";
import { Underway } from "./models/Underway";
import { Network } from "./Network";
import { OfflineStatus } from "./OfflineStatus";
import { Chevron, HalfSun, Menu, Moon, Plus, Sun } from "./icons";

interface HeaderProps {
  onNewConversation: () => void;
  onOpenDrawer: () => void;
}

export function Header({ onNewConversation, onOpenDrawer }: HeaderProps): JSX.Element {
  const { wide } = useApp();
  return (
    <header class="header">
      <div class="header-inner">
        {!wide.value && <DrawerButton onOpen={onOpenDrawer} />}
        <ModelAndEngine />
        <div class="header-actions">
          <Network />
          <OfflineStatus />
          <ThemeButton />
          {!wide.value && <NewConversationButton onBegin={onNewConversation} />}
        </div>
      </div>
    </header>
  );
}

/** Where there is no room for the sidebar, which holds the page's heading. */
function DrawerButton({ onOpen }: { onOpen: () => void }): JSX.Element {
  return (
    <>
      <h1 class="visually-hidden">{text.appName}</h1>
      <button
        type="button"
        class="icon-button"
        data-testid="open-drawer"
        aria-haspopup="dialog"
        aria-label={text.places.openSidebar}
        title={text.places.openSidebar}
        onClick={onOpen}
      >
        <Menu />
      </button>
    </>
  );
}

function NewConversationButton({ onBegin }: { onBegin: () => void }): JSX.Element {
  return (
    <button
      type="button"
      class="icon-button"
      data-testid="new-conversation"
      aria-label={text.header.newConversation}
      title={text.header.newConversationKeys}
      onClick={onBegin}
    >
      <Plus />
    </button>
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
