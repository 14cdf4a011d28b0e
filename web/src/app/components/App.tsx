import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { text } from "../text";
import { Composer } from "./Composer";
import { useApp } from "./context";
import { ConversationView } from "./ConversationView";
import { Header } from "./Header";
import { LoadPanel } from "./LoadPanel";
import { ModelsPlace } from "./models/ModelsPlace";
import { UpdateNotice } from "./UpdateNotice";

export function App(): JSX.Element {
  const { state, actions } = useApp();
  const field = useRef<HTMLTextAreaElement>(null);
  const begin = (): void => {
    actions.newConversation();
    field.current?.focus();
  };

  useEffect(() => {
    // On a touch screen the focus would raise the keyboard over the page before anything was read.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus({ preventScroll: true });
  }, []);

  useEffect(() => {
    const life = new AbortController();
    document.addEventListener(
      "keydown",
      (event) => {
        if (state.modelDialogOpen.peek()) return;
        if (event.key === "Escape") actions.stop();
        if (event.key.toLowerCase() === "o" && event.shiftKey && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          begin();
        }
      },
      { signal: life.signal },
    );
    return () => {
      life.abort();
    };
  });

  return (
    <>
      <a class="skip-link" href="#composer">
        {text.skipToComposer}
      </a>
      <Header onNewConversation={begin} />
      <main class="main">
        <ConversationView />
      </main>
      <div class="dock">
        <UpdateNotice />
        <LoadPanel />
        <Composer field={field} />
      </div>
      <ModelsPlace />
      <div class="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
        {state.announcement.value}
      </div>
    </>
  );
}
