/** A part of the page whose script is fetched when it is first shown: the first paint does not wait for it. */
import type { FunctionComponent, JSX } from "preact";
import { useState } from "preact/hooks";
import { Fetched } from "./Fetched";

export function deferred(load: () => Promise<FunctionComponent>): FunctionComponent {
  let known: FunctionComponent | null = null;
  const fetchPart = async (): Promise<FunctionComponent> => (known = await load());
  return function Deferred(): JSX.Element {
    // What it began with: a view that came meanwhile is not drawn anew.
    const [{ View }] = useState({ View: known });
    return View === null ? <Fetched load={fetchPart}>{(Part) => <Part />}</Fetched> : <View />;
  };
}
