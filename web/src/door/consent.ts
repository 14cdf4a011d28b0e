/** The question that a person answers in the door's own window. */
import type { apiText } from "../app/text/api";
import type { OtherOrigins } from "./origins";

export interface ConsentOptions {
  body: HTMLElement;
  origin: string;
  origins: OtherOrigins;
  words: typeof apiText.en.door;
}

/** A button takes no click for so long after it was drawn: the click was meant for what lay there before. */
const STEADY_MS = 500;

/** Draws the question, and what came of it, for as long as the window is open. */
export function showConsent({ body, origin, origins, words }: ConsentOptions): void {
  const draw = (): void => {
    const allowed = origins.allows(origin);
    const buttons = allowed
      ? [
          button(words.revoke, () => {
            origins.refuse(origin);
          }),
        ]
      : [
          button(
            words.allow,
            () => {
              origins.allow(origin);
            },
            "primary",
          ),
          button(words.refuse, () => {
            origins.refuse(origin);
            window.close();
          }),
        ];
    const row = element("div", "", "buttons");
    row.append(...buttons);
    const main = element("main", "");
    main.append(
      element("h1", allowed ? words.allowedTitle : words.title),
      element("p", origin, "origin"),
      element("p", allowed ? words.leaveOpen : words.means),
      row,
    );
    body.replaceChildren(main);
  };
  origins.watch(draw);
  draw();
}

function element(name: string, text: string, className = ""): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

function button(label: string, act: () => void, className = ""): HTMLElement {
  const made = element("button", label, className) as HTMLButtonElement;
  made.type = "button";
  made.disabled = true;
  setTimeout(() => {
    made.disabled = false;
  }, STEADY_MS);
  made.addEventListener("click", act);
  return made;
}
