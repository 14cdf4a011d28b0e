/** The drawings of the list of conversations. */
import type { JSX } from "preact";
import { Icon } from "../icons";

export const Search = (): JSX.Element => (
  <Icon>
    <circle cx="9" cy="9" r="5.2" />
    <path d="m13 13 3.6 3.6" />
  </Icon>
);
export const Dots = (): JSX.Element => (
  <Icon>
    <path d="M5 10h.01M10 10h.01M15 10h.01" stroke-width="2.4" />
  </Icon>
);
export const Pin = (): JSX.Element => (
  <Icon>
    <path d="M7.2 3.5h5.6l-.7 5 2.4 2.4v1.6H5.5v-1.6l2.4-2.4zM10 12.5v4.2" />
  </Icon>
);
export const Folder = (): JSX.Element => (
  <Icon>
    <path d="M3.2 6a1.3 1.3 0 0 1 1.3-1.3h3.2l1.7 2h6.1a1.3 1.3 0 0 1 1.3 1.3v6a1.3 1.3 0 0 1-1.3 1.3h-11A1.3 1.3 0 0 1 3.2 14z" />
  </Icon>
);
export const Tag = (): JSX.Element => (
  <Icon>
    <path d="M3.8 4.8v4.9l6.6 6.5 5.8-5.8-6.5-6.6H4.8zM7 8h.01" />
  </Icon>
);
