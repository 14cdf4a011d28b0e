/** The place for studying: all decks, one deck, or a review, as the address says. */
import type { JSX } from "preact";
import { useContext, useEffect } from "preact/hooks";
import type { Study } from "../../study/study";
import { text } from "../../text";
import { useApp } from "../context";
import { Fetched } from "../Fetched";
import { LoadedStudy, StudyContext } from "./context";
import { DeckList } from "./DeckList";
import { DeckView } from "./DeckView";
import { NewDeck } from "./NewDeck";
import { deckIn } from "./review-address";
import { ReviewView } from "./ReviewView";

const words = text.study;

export function StudyPlace(): JSX.Element {
  const load = useContext(StudyContext);
  if (load === null) throw new Error("The place for studying stands outside of the application.");
  const open = async (): ReturnType<typeof load> => {
    const made = await load();
    await made.decks.opened;
    return made;
  };
  return (
    <Fetched load={open}>
      {(study) => (
        <LoadedStudy.Provider value={study}>
          <div class="study-place">
            <Here study={study} />
          </div>
        </LoadedStudy.Provider>
      )}
    </Fetched>
  );
}

function Here({ study }: { study: Study }): JSX.Element {
  const { places } = useApp();
  const section = places.section.value ?? "";
  const { deck: id, reviews } = deckIn(section);
  const deck = study.decks.get(id);
  useEffect(() => {
    // A deck that is not there, or not any more.
    if (section !== "" && deck === null) places.open("study");
  }, [section, deck === null]);
  if (deck === null) return <Everything />;
  return reviews ? <ReviewView key={id} deck={deck} /> : <DeckView key={id} deck={deck} />;
}

function Everything(): JSX.Element {
  return (
    <>
      <p class="place-lead">{words.place.lead}</p>
      <NewDeck />
      <DeckList />
    </>
  );
}
