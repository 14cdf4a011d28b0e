/** What the place for batches says. */
const en = {
  place: {
    lead: "Ask the model of this page up to 100 prompts, one after another.",
    empty: "There are no batches yet.",
  },
};

const de: typeof en = {
  place: {
    lead: "Stell dem Modell dieser Seite bis zu 100 Fragen nacheinander.",
    empty: "Es gibt noch keine Stapel.",
  },
};

export const batchText = { en, de };
