/** What the place for studying says. */
const en = {
  place: {
    lead: "Make flashcards of a topic or a text with the model of this page, and learn them here.",
    empty: "There are no decks yet.",
  },
};

const de: typeof en = {
  place: {
    lead: "Lass das Modell dieser Seite Karteikarten aus einem Thema oder Text machen und lerne sie hier.",
    empty: "Es gibt noch keine Karteien.",
  },
};

export const studyText = { en, de };
