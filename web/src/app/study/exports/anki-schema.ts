/** What lies in every collection of Anki's, schema 11. */

/** The same in every package of ours, so that Anki has this type of note once. */
export const NOTE_TYPE_ID = 1_763_726_400_000;

export const ANKI_SCHEMA = `
CREATE TABLE col (
  id integer PRIMARY KEY, crt integer NOT NULL, mod integer NOT NULL, scm integer NOT NULL, ver integer NOT NULL,
  dty integer NOT NULL, usn integer NOT NULL, ls integer NOT NULL, conf text NOT NULL, models text NOT NULL,
  decks text NOT NULL, dconf text NOT NULL, tags text NOT NULL
);
CREATE TABLE notes (
  id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, mod integer NOT NULL, usn integer NOT NULL,
  tags text NOT NULL, flds text NOT NULL, sfld integer NOT NULL, csum integer NOT NULL, flags integer NOT NULL,
  data text NOT NULL
);
CREATE TABLE cards (
  id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL, mod integer NOT NULL,
  usn integer NOT NULL, type integer NOT NULL, queue integer NOT NULL, due integer NOT NULL, ivl integer NOT NULL,
  factor integer NOT NULL, reps integer NOT NULL, lapses integer NOT NULL, left integer NOT NULL,
  odue integer NOT NULL, odid integer NOT NULL, flags integer NOT NULL, data text NOT NULL
);
CREATE TABLE revlog (
  id integer PRIMARY KEY, cid integer NOT NULL, usn integer NOT NULL, ease integer NOT NULL, ivl integer NOT NULL,
  lastIvl integer NOT NULL, factor integer NOT NULL, time integer NOT NULL, type integer NOT NULL
);
CREATE TABLE graves (usn integer NOT NULL, oid integer NOT NULL, type integer NOT NULL);
CREATE INDEX ix_notes_usn ON notes (usn);
CREATE INDEX ix_notes_csum ON notes (csum);
CREATE INDEX ix_cards_usn ON cards (usn);
CREATE INDEX ix_cards_nid ON cards (nid);
CREATE INDEX ix_cards_sched ON cards (did, queue, due);
CREATE INDEX ix_revlog_usn ON revlog (usn);
CREATE INDEX ix_revlog_cid ON revlog (cid);
`;

/** Of the collection; a package's are not taken over by whoever reads it in. */
export const SETTINGS = {
  activeDecks: [1],
  addToCur: true,
  collapseTime: 1200,
  curDeck: 1,
  curModel: String(NOTE_TYPE_ID),
  dueCounts: true,
  estTimes: true,
  newBury: true,
  newSpread: 0,
  nextPos: 1,
  sortBackwards: false,
  sortType: "noteFld",
  timeLim: 0,
};

/** How the decks of the collection are learned: as Anki does where nothing was chosen. */
export const DECK_OPTIONS = {
  1: {
    id: 1,
    name: "Default",
    mod: 0,
    usn: 0,
    maxTaken: 60,
    autoplay: true,
    timer: 0,
    replayq: true,
    dyn: false,
    new: { bury: false, delays: [1, 10], initialFactor: 2500, ints: [1, 4, 0], order: 1, perDay: 20 },
    rev: { bury: false, ease4: 1.3, hardFactor: 1.2, ivlFct: 1, maxIvl: 36500, perDay: 200 },
    lapse: { delays: [10], leechAction: 1, leechFails: 8, minInt: 1, mult: 0 },
  },
};

export const deckOf = (id: number, name: string, seconds: number): object => ({
  id,
  name,
  mod: seconds,
  usn: 0,
  desc: "",
  dyn: 0,
  conf: 1,
  collapsed: false,
  browserCollapsed: false,
  extendNew: 0,
  extendRev: 0,
  lrnToday: [0, 0],
  newToday: [0, 0],
  revToday: [0, 0],
  timeToday: [0, 0],
});

/** A question on the front, its answer behind it. */
export function noteTypeOf(deck: number, seconds: number): object {
  const field = (name: string, ord: number): object => ({
    name,
    ord,
    font: "Arial",
    size: 20,
    media: [],
    rtl: false,
    sticky: false,
  });
  return {
    id: NOTE_TYPE_ID,
    name: "Question and answer",
    type: 0,
    mod: seconds,
    usn: 0,
    sortf: 0,
    did: deck,
    flds: [field("Question", 0), field("Answer", 1)],
    tmpls: [
      {
        name: "Card",
        ord: 0,
        qfmt: "{{Question}}",
        afmt: "{{FrontSide}}<hr id=answer>{{Answer}}",
        bqfmt: "",
        bafmt: "",
        did: null,
      },
    ],
    css: ".card { font-family: sans-serif; font-size: 20px; text-align: center; }",
    latexPre: "",
    latexPost: "",
    latexsvg: false,
    tags: [],
    vers: [],
    req: [[0, "any", [0]]],
  };
}
