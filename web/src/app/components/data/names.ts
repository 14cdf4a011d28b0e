import { text } from "../../text";
import type { ProfileRecord } from "../../vault/registry";

/** What a profile is called: the one that everybody begins with has no name until it is given one. */
export const nameOf = ({ name }: ProfileRecord): string => (name === "" ? text.data.profiles.first : name);
