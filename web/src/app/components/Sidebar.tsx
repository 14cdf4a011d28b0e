/** What stands beside the conversation: all conversations, and the ways to the other places. A drawer on a phone. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { text } from "../text";
import { useApp } from "./context";
import { ConversationList } from "./conversations/ConversationList";
import { Bars, Cards, Close, Cube, Gear, Lifebuoy, Mark, Plus, Stack, Wrench } from "./icons";
import { PlaceLink } from "./PlaceLink";

export function Sidebar({ onNewConversation }: { onNewConversation: () => void }): JSX.Element {
  return (
    <aside class="sidebar" aria-label={text.places.sidebar} data-testid="sidebar">
      <div class="brand">
        <Mark />
        <h1>{text.appName}</h1>
      </div>
      <button
        type="button"
        class="begin"
        data-testid="new-conversation"
        title={text.header.newConversationKeys}
        onClick={onNewConversation}
      >
        <Plus />
        {text.header.newConversation}
      </button>
      <SidebarBody />
    </aside>
  );
}

/** Whether the drawer is open, and what has the focus in it then: its beginning, or the search. */
export type DrawerState = "closed" | "list" | "search";

/** The same as a drawer, which closes as soon as something in it was chosen. */
export function Drawer({ state, onClose }: { state: DrawerState; onClose: () => void }): JSX.Element {
  const { places } = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  const open = state !== "closed";
  const where = `${places.sheet.value ?? ""} ${places.conversation.value ?? ""}`;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else if (dialog.current?.open === true) dialog.current.close();
  }, [open]);
  useEffect(() => {
    if (state === "search") dialog.current?.querySelector<HTMLInputElement>("[role=search] input")?.focus();
  }, [state]);
  useEffect(onClose, [where]);
  return (
    <dialog
      ref={dialog}
      class="drawer"
      data-testid="drawer"
      aria-label={text.places.sidebar}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      {open && (
        <div class="sidebar">
          <div class="drawer-head">
            <span class="brand">
              <Mark />
              <span>{text.appName}</span>
            </span>
            <button type="button" class="icon-button" aria-label={text.places.close} onClick={onClose}>
              <Close />
            </button>
          </div>
          <SidebarBody />
        </div>
      )}
    </dialog>
  );
}

function SidebarBody(): JSX.Element {
  return (
    <>
      <div class="sidebar-list">
        <ConversationList />
      </div>
      <Navigation />
    </>
  );
}

function Navigation(): JSX.Element {
  return (
    <nav class="sidebar-nav" aria-label={text.places.navigation}>
      <PlaceLink to="study" testId="go-study">
        <Cards />
        {text.places.titles.study}
      </PlaceLink>
      <PlaceLink to="batch" testId="go-batch">
        <Stack />
        {text.places.titles.batch}
      </PlaceLink>
      <PlaceLink to="metrics" testId="go-metrics">
        <Bars />
        {text.places.titles.metrics}
      </PlaceLink>
      <PlaceLink to="models" testId="go-models">
        <Cube />
        {text.places.titles.models}
      </PlaceLink>
      <PlaceLink to="tools" testId="go-tools">
        <Wrench />
        {text.places.titles.tools}
      </PlaceLink>
      <PlaceLink to="settings" testId="go-settings">
        <Gear />
        {text.places.titles.settings}
      </PlaceLink>
      <PlaceLink to="help" testId="go-help">
        <Lifebuoy />
        {text.places.titles.help}
      </PlaceLink>
    </nav>
  );
}
