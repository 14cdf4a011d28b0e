/** The names of the places, and of the ways to them. */
import type { Sheet } from "../places";

const en = {
  places: {
    sidebar: "Conversations and places",
    navigation: "Places",
    openSidebar: "Open conversations and places",
    close: "Close",
    titles: {
      models: "Models",
      tools: "Tools",
      settings: "Settings",
      help: "Help",
    } satisfies Record<Sheet, string>,
    title: (place: string, app: string) => `${place} – ${app}`,
    loading: "One moment",
    loadFailed: "This part of the page could not be fetched.",
    loadAgain: "Try again",
  },
};

const de: typeof en = {
  places: {
    sidebar: "Unterhaltungen und Bereiche",
    navigation: "Bereiche",
    openSidebar: "Unterhaltungen und Bereiche öffnen",
    close: "Schließen",
    titles: { models: "Modelle", tools: "Werkzeuge", settings: "Einstellungen", help: "Hilfe" },
    title: (place: string, app: string) => `${place} – ${app}`,
    loading: "Einen Augenblick",
    loadFailed: "Dieser Teil der Seite ließ sich nicht holen.",
    loadAgain: "Noch einmal",
  },
};

export const placesText = { en, de };
