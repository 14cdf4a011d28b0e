/** The page's few drawings; all of them are decoration beside a text or a label. */
import type { ComponentChildren, JSX } from "preact";

export function Icon({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <svg
      class="icon"
      viewBox="0 0 20 20"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

/** An amplifier as circuit diagrams draw it. */
export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
      <rect class="mark-ground" width="32" height="32" rx="9" />
      <path class="mark-line" d="M5.5 16h5M21.5 16h5" />
      <path class="mark-body" d="M11 8.6v14.8L22.5 16z" />
    </svg>
  );
}

export const ArrowUp = (): JSX.Element => (
  <Icon>
    <path d="M10 16V4.5M4.8 9.5 10 4.3l5.2 5.2" />
  </Icon>
);
export const ArrowDown = (): JSX.Element => (
  <Icon>
    <path d="M10 4v11.5M4.8 10.5 10 15.7l5.2-5.2" />
  </Icon>
);
export const Square = (): JSX.Element => (
  <Icon>
    <rect x="5.5" y="5.5" width="9" height="9" rx="1.5" fill="currentColor" />
  </Icon>
);
export const Plus = (): JSX.Element => (
  <Icon>
    <path d="M10 4.2v11.6M4.2 10h11.6" />
  </Icon>
);
export const Chevron = (): JSX.Element => (
  <Icon>
    <path d="m6 8 4 4 4-4" />
  </Icon>
);
export const Close = (): JSX.Element => (
  <Icon>
    <path d="m5 5 10 10M15 5 5 15" />
  </Icon>
);
export const Copy = (): JSX.Element => (
  <Icon>
    <rect x="7" y="7" width="9" height="9.5" rx="2" />
    <path d="M13 4.6A2 2 0 0 0 11.2 3.5H6A2.3 2.3 0 0 0 3.7 5.8V11a2 2 0 0 0 1 1.7" />
  </Icon>
);
export const Check = (): JSX.Element => (
  <Icon>
    <path d="m4.5 10.5 3.6 3.6 7.4-8" />
  </Icon>
);
export const Tool = (): JSX.Element => (
  <Icon>
    <path d="M12.9 3.6a4 4 0 0 0-4 5.3L3.8 14a1.6 1.6 0 0 0 2.2 2.2l5.1-5.1a4 4 0 0 0 5.2-4.9l-2.5 2.4-2-.4-.4-2z" />
  </Icon>
);
export const Warning = (): JSX.Element => (
  <Icon>
    <path d="M10 3.2 2.6 16h14.8zM10 8.2v3.6M10 13.9v.1" />
  </Icon>
);
export const Sun = (): JSX.Element => (
  <Icon>
    <circle cx="10" cy="10" r="3.4" />
    <path d="M10 2.2v1.6M10 16.2v1.6M2.2 10h1.6M16.2 10h1.6M4.5 4.5l1.1 1.1M14.4 14.4l1.1 1.1M4.5 15.5l1.1-1.1M14.4 5.6l1.1-1.1" />
  </Icon>
);
export const Moon = (): JSX.Element => (
  <Icon>
    <path d="M16.6 11.9A7 7 0 0 1 8.1 3.4a7 7 0 1 0 8.5 8.5z" />
  </Icon>
);
export const HalfSun = (): JSX.Element => (
  <Icon>
    <circle cx="10" cy="10" r="6.6" />
    <path d="M10 3.4a6.6 6.6 0 0 1 0 13.2z" fill="currentColor" stroke="none" />
  </Icon>
);
export const Cloud = (): JSX.Element => (
  <Icon>
    <path d="M5.8 15.5a3.4 3.4 0 0 1-.4-6.8 4.8 4.8 0 0 1 9.2.9 3 3 0 0 1-.3 5.9z" />
  </Icon>
);
export const CloudOff = (): JSX.Element => (
  <Icon>
    <path d="M8 5.9a4.8 4.8 0 0 1 6.6 3.7 3 3 0 0 1 1.6 4.9M13.2 15.5H5.8a3.4 3.4 0 0 1-.4-6.8M3.6 3.6l12.8 12.8" />
  </Icon>
);
export const Saved = (): JSX.Element => (
  <Icon>
    <circle cx="10" cy="10" r="7" />
    <path d="m6.9 10.2 2.2 2.2 4.1-4.6" />
  </Icon>
);
export const Menu = (): JSX.Element => (
  <Icon>
    <path d="M3.5 6h13M3.5 10h13M3.5 14h8" />
  </Icon>
);
export const Cube = (): JSX.Element => (
  <Icon>
    <path d="M10 2.8 16.4 6.4v7.2L10 17.2l-6.4-3.6V6.4zM3.8 6.5 10 10l6.2-3.5M10 10v7" />
  </Icon>
);
export const Wrench = (): JSX.Element => (
  <Icon>
    <path d="M12.9 3.2a4.2 4.2 0 0 0-4.6 5.7l-5 5a1.9 1.9 0 1 0 2.7 2.7l5-5a4.2 4.2 0 0 0 5.7-4.6l-2.6 2.4-2.8-.9-.8-2.7z" />
  </Icon>
);
export const Gear = (): JSX.Element => (
  <Icon>
    <path d="M3 5.5h6.2M13.4 5.5H17M3 14.5h3.4M10.6 14.5H17" />
    <circle cx="11.3" cy="5.5" r="2.1" />
    <circle cx="8.5" cy="14.5" r="2.1" />
  </Icon>
);
export const Lifebuoy = (): JSX.Element => (
  <Icon>
    <circle cx="10" cy="10" r="7" />
    <path d="M7.9 8a2.2 2.2 0 1 1 3.3 1.9c-.8.4-1.2.9-1.2 1.6M10 14.1v.1" />
  </Icon>
);
export const ChevronLeft = (): JSX.Element => (
  <Icon>
    <path d="m12 6-4 4 4 4" />
  </Icon>
);
export const ChevronRight = (): JSX.Element => (
  <Icon>
    <path d="m8 6 4 4-4 4" />
  </Icon>
);
export const Pencil = (): JSX.Element => (
  <Icon>
    <path d="M12.6 4.6 15.4 7.4 7.6 15.2 4 16l.8-3.6zM10.9 6.3l2.8 2.8" />
  </Icon>
);
export const Trash = (): JSX.Element => (
  <Icon>
    <path d="M4 5.8h12M8 5.6V4.2h4v1.4M5.4 5.8l.7 10h7.8l.7-10M8.4 8.8v4.2M11.6 8.8v4.2" />
  </Icon>
);
export const Again = (): JSX.Element => (
  <Icon>
    <path d="M15.8 10a5.8 5.8 0 1 1-1.7-4.1L16 7.8M16 4.2v3.6h-3.6" />
  </Icon>
);
export const File = (): JSX.Element => (
  <Icon>
    <path d="M11.4 3H6.2A1.7 1.7 0 0 0 4.5 4.7v10.6A1.7 1.7 0 0 0 6.2 17h7.6a1.7 1.7 0 0 0 1.7-1.7V7.1zM11.4 3v4.1h4.1M7.4 10.6h5.2M7.4 13.4h3.4" />
  </Icon>
);
export const Picture = (): JSX.Element => (
  <Icon>
    <rect x="3" y="4" width="14" height="12" rx="2" />
    <path d="m3.5 14 4-4 3 3 2-2 4 3.6M12.6 7.6v.1" />
  </Icon>
);
export const Clip = (): JSX.Element => (
  <Icon>
    <path d="m15.6 9.4-5.8 5.8a3.6 3.6 0 0 1-5.1-5.1l6.2-6.2a2.4 2.4 0 0 1 3.4 3.4l-6 6a1.2 1.2 0 0 1-1.7-1.7l5.4-5.4" />
  </Icon>
);
export const Template = (): JSX.Element => (
  <Icon>
    <rect x="3.5" y="3.5" width="13" height="13" rx="2" />
    <path d="M6.6 7.2h6.8M6.6 10h6.8M6.6 12.8h3.6" />
  </Icon>
);
export const Instruction = (): JSX.Element => (
  <Icon>
    <path d="M4 4.5h12v8.6H9.6L6 16.2v-3.1H4zM7 7.6h6M7 10.1h3.6" />
  </Icon>
);
/** Two cards, one behind the other. */
export const Cards = (): JSX.Element => (
  <Icon>
    <rect x="3" y="7" width="11" height="9" rx="1.8" />
    <path d="M6.4 4.2h8.8A1.8 1.8 0 0 1 17 6v6.6M6 10.4h5M6 13h3" />
  </Icon>
);
/** A pile of sheets. */
export const Stack = (): JSX.Element => (
  <Icon>
    <path d="m10 3.2 6.8 3.4L10 10 3.2 6.6zM3.2 10 10 13.4l6.8-3.4M3.2 13.4 10 16.8l6.8-3.4" />
  </Icon>
);
export const Bars = (): JSX.Element => (
  <Icon>
    <path d="M3.2 16.6h13.6M5.4 13.6v-3M10 13.6V4.4M14.6 13.6V7.8" />
  </Icon>
);
