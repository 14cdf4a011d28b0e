import { useApp } from "../context";

/** What a model is called; its id, where the catalogue does not have it. */
export function useModelName(): (id: string) => string {
  const { state } = useApp();
  const catalogue = state.catalogue.value;
  return (id) => catalogue?.find((record) => record.id === id)?.name ?? (id === "" ? "–" : id);
}
