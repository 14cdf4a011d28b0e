/** What stands in each part of the models' place. */
import type { JSX } from "preact";
import { useApp } from "../context";
import { AddModel } from "./AddModel";
import { Catalogue } from "./Catalogue";
import { EngineSection } from "./EngineSection";
import { Storage } from "./Storage";

export function Content(): JSX.Element {
  switch (useApp().state.models.section.value) {
    case "catalogue":
      return <Catalogue />;
    case "storage":
      return <Storage />;
    case "add":
      return <AddModel />;
    case "engine":
      return <EngineSection />;
  }
}
