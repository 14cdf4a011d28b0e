import type { FunctionComponent, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { keepFocus } from "../focus";
import type { Sheet as SheetName } from "../places";
import { text } from "../text";
import { Composer } from "./Composer";
import { useApp } from "./context";
import { ElsewhereNotice } from "./conversations/ElsewhereNotice";
import { ConversationView } from "./ConversationView";
import { Header } from "./Header";
import { LoadPanel } from "./LoadPanel";
import { ModelsPlace } from "./models/ModelsPlace";
import { deferred } from "./Deferred";
import { Sheet } from "./Sheet";
import { Drawer, type DrawerState, Sidebar } from "./Sidebar";
import { UpdateNotice } from "./UpdateNotice";

const EventConsole = deferred(async () => (await import("./console/EventConsole")).EventConsole);

/** Sheets, but for that of the models, which has a head of its own. Each is fetched when it is first opened. */
const SHEETS: readonly [SheetName, FunctionComponent][] = [
  ["study", deferred(async () => (await import("./study/StudyPlace")).StudyPlace)],
  ["batch", deferred(async () => (await import("./batch/BatchPlace")).BatchPlace)],
  ["metrics", deferred(async () => (await import("./metrics/MetricsPlace")).MetricsPlace)],
  ["developer", deferred(async () => (await import("./developer/DeveloperPlace")).DeveloperPlace)],
  ["help", deferred(async () => (await import("./help/HelpPlace")).HelpPlace)],
  ["settings", deferred(async () => (await import("./settings/SettingsPlace")).SettingsPlace)],
  ["data", deferred(async () => (await import("./data/DataPlace")).DataPlace)],
  ["tools", deferred(async () => (await import("./tools/ToolsPlace")).ToolsPlace)],
];

export function App(): JSX.Element {
  const { state, actions, settings, wide } = useApp();
  const field = useRef<HTMLTextAreaElement>(null);
  const main = useRef<HTMLElement>(null);
  const [drawer, setDrawer] = useState<DrawerState>("closed");
  const begin = (): void => {
    actions.newConversation();
    // Where the page begins is to be read, also on a screen that is shorter than it.
    field.current?.focus({ preventScroll: true });
  };

  useEffect(() => {
    // On a touch screen the focus would raise the keyboard over the page before anything was read.
    const pointer = matchMedia("(pointer: fine)");
    const place = (): HTMLElement | null => (pointer.matches ? field.current : null);
    place()?.focus({ preventScroll: true });
    const sheet = (): HTMLElement | null => document.querySelector("dialog[open] [autofocus]");
    return keepFocus(document.body, () => sheet() ?? place() ?? main.current);
  }, []);
  useKeys(begin, () => {
    // The search of the column beside the conversation listens by itself.
    if (!wide.peek()) setDrawer("search");
  });

  return (
    <>
      <a
        class="skip-link"
        href="#composer"
        onClick={(event) => {
          // The address names places; what is to be skipped to is none.
          event.preventDefault();
          field.current?.focus();
        }}
      >
        {text.skipToComposer}
      </a>
      {wide.value ? (
        <Sidebar onNewConversation={begin} />
      ) : (
        <Drawer
          state={drawer}
          onClose={() => {
            setDrawer("closed");
          }}
        />
      )}
      <div class="page">
        <Header
          onNewConversation={begin}
          onOpenDrawer={() => {
            setDrawer("list");
          }}
        />
        <main ref={main} class="main" tabIndex={-1}>
          <ConversationView />
        </main>
        <section class="dock" aria-label={text.composer.formLabel}>
          {settings.debug.value && <EventConsole />}
          <UpdateNotice />
          <LoadPanel />
          <ElsewhereNotice />
          <Composer field={field} />
        </section>
      </div>
      <ModelsPlace />
      {SHEETS.map(([name, Place]) => (
        <Sheet key={name} name={name} title={text.places.titles[name]}>
          <Place />
        </Sheet>
      ))}
      <div class="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
        <span key={state.announcement.count}>{state.announcement.value}</span>
      </div>
    </>
  );
}

/** The keys that work wherever the focus is; a sheet has its own. */
function useKeys(begin: () => void, search: () => void): void {
  const { actions, places } = useApp();
  useEffect(() => {
    const life = new AbortController();
    const pressed = (event: KeyboardEvent): void => {
      // Of a sheet that Escape has just closed, the places hear a moment later.
      if (document.querySelector("dialog.dialog[open]") !== null) return;
      if (event.key === "Escape") actions.stop();
      if (!(event.ctrlKey || event.metaKey)) return;
      if (event.key.toLowerCase() === "o" && event.shiftKey) {
        event.preventDefault();
        begin();
      }
      if (event.key.toLowerCase() === "k") {
        event.preventDefault();
        search();
      }
      if (event.key === ",") {
        event.preventDefault();
        places.open("settings");
      }
    };
    document.addEventListener("keydown", pressed, { signal: life.signal });
    return () => {
      life.abort();
    };
  });
}
