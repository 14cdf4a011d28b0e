/** The names of the places, and of the ways to them. */
import type { Sheet } from "../places";

const en = {
  places: {
    sidebar: "Conversations and places",
    navigation: "Places",
    openSidebar: "Open conversations and places",
    close: "Close",
    titles: {
      study: "Study",
      batch: "Batch",
      metrics: "Metrics",
      models: "Models",
      tools: "Tools",
      settings: "Settings",
      help: "Help",
      data: "Your data",
      developer: "Inside this page",
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
    titles: {
      study: "Lernen",
      batch: "Stapel",
      metrics: "Messwerte",
      models: "Modelle",
      tools: "Werkzeuge",
      settings: "Einstellungen",
      help: "Hilfe",
      data: "Deine Daten",
      developer: "Im Innern dieser Seite",
    },
    title: (place: string, app: string) => `${place} – ${app}`,
    loading: "Einen Augenblick",
    loadFailed: "Dieser Teil der Seite ließ sich nicht holen.",
    loadAgain: "Noch einmal",
  },
};

export const placesText = { en, de };
