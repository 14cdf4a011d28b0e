/** What the models' place says. */
import { de } from "./models/de";
import { en } from "./models/en";

export const modelsText = { en, de };
