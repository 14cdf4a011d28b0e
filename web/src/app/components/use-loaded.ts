/** What is fetched when it is first shown. */
import { useEffect, useState } from "preact/hooks";

export type Loaded<T> = { kind: "loading" } | { kind: "ready"; value: T } | { kind: "failed"; again: () => void };

export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ kind: "loading" });
  const fetchIt = (): void => {
    setLoaded({ kind: "loading" });
    load().then(
      (value) => {
        setLoaded({ kind: "ready", value });
      },
      () => {
        setLoaded({ kind: "failed", again: fetchIt });
      },
    );
  };
  useEffect(fetchIt, []);
  return loaded;
}
