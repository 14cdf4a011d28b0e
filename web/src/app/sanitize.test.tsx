// @vitest-environment jsdom
import { signal } from "@preact/signals";
import { render } from "preact";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AppContext } from "./components/context";
import { Markdown } from "./components/Markdown";
import { createSanitizer } from "./sanitize";
import { Places } from "./places";
import { SettingsStore } from "./settings/store";
import { createState } from "./state";
import { fetchHighlighter } from "./code";
import { memoryComposing } from "./testing/composing";
import { scriptedModels } from "./testing/room";
import { createTheme } from "./theme";
import { HOSTILE_OUTPUTS } from "./testing/hostile-outputs";
import { recordedSite, RELEASE, silentActions, silentKeeping } from "./testing/actions";

const FORBIDDEN =
  "script, style, link, meta, base, iframe, frame, object, embed, form, input, video, audio, source, svg, math, template, noscript";
// What the page itself puts around code: a caption with a copy button.
const OWN = "figcaption, figcaption *";

let place: HTMLElement;

beforeAll(() => fetchHighlighter());

beforeEach(() => {
  place = document.createElement("div");
  document.body.append(place);
});

afterEach(() => {
  render(null, place);
  place.remove();
  Reflect.deleteProperty(globalThis, "ran");
});

function show(markdown: string): HTMLElement {
  const state = createState("c");
  const value = {
    state,
    models: scriptedModels(state).models,
    composing: memoryComposing(state),
    actions: silentActions(),
    site: recordedSite([]),
    release: RELEASE,
    theme: createTheme(document.documentElement, null),
    keeping: silentKeeping(),
    places: new Places(window),
    settings: new SettingsStore(() => undefined),
    wide: signal(true),
  };
  render(
    <AppContext.Provider value={value}>
      <Markdown source={markdown} />
    </AppContext.Provider>,
    place,
  );
  return place;
}

function fromModel(root: HTMLElement): Element[] {
  return [...root.querySelectorAll("*")].filter((element) => !element.matches(OWN));
}

describe.each(HOSTILE_OUTPUTS)("%s", (_name, markdown) => {
  it("brings no element that runs, styles, posts or loads", () => {
    expect(fromModel(show(markdown)).filter((element) => element.matches(FORBIDDEN))).toEqual([]);
  });

  it("brings no handler, style, id, name or test id", () => {
    const attributes = fromModel(show(markdown)).flatMap((element) => element.getAttributeNames());
    const bad = attributes.filter((name) => /^on|^(style|id|name|srcset|poster|srcdoc|action|formaction)$/.test(name));
    expect(bad).toEqual([]);
    expect(place.querySelectorAll("[data-testid=error], .error-card")).toHaveLength(0);
  });

  it("leads and loads nowhere but to the web by a click", () => {
    show(markdown);
    for (const image of place.querySelectorAll("img")) expect(image.getAttribute("src")).toMatch(/^data:image\/(png|jpeg|gif|webp|avif)/);
    for (const link of place.querySelectorAll("a[href]")) expect(link.getAttribute("href")).toMatch(/^(https?:|mailto:|#)/);
  });

  it("runs nothing", async () => {
    show(markdown);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect("ran" in globalThis).toBe(false);
  });
});

describe("the policy by itself, without Markdown before it", () => {
  const sanitize = createSanitizer(window);

  it.each(HOSTILE_OUTPUTS)("takes the harm out of %s", (_name, html) => {
    const root = document.createElement("template");
    root.innerHTML = sanitize(html);
    const elements = [...root.content.querySelectorAll("*")];
    expect(elements.filter((element) => element.matches(FORBIDDEN))).toEqual([]);
    expect(elements.flatMap((element) => element.getAttributeNames()).filter((name) => name.startsWith("on"))).toEqual([]);
  });
});

describe("harmless output", () => {
  it("keeps its structure", () => {
    show("# Title\n\n- **one**\n- `two`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\n\n1. x\n2. y");
    for (const tag of ["h1", "ul li strong", "ul li code", "table th", "blockquote", "ol li"]) {
      expect(place.querySelector(tag), tag).not.toBeNull();
    }
  });

  it("opens links apart and says nothing of this page", () => {
    show("[there](https://example.org/a?b=c)");
    const link = place.querySelector("a");
    expect(link?.getAttribute("href")).toBe("https://example.org/a?b=c");
    expect(link?.getAttribute("target")).toBe("_blank");
    expect(link?.getAttribute("rel")).toContain("noopener");
  });

  it("shows the description of an image that it does not load", () => {
    show("![a red house](https://example.org/house.png)");
    expect(place.textContent).toContain("a red house");
  });

  it("shows an image that is in the text itself", () => {
    show("![dot](data:image/png;base64,iVBORw0KGgo=)");
    expect(place.querySelector("img")?.getAttribute("alt")).toBe("dot");
  });

  it("shows markup that a model wrote as the text that it wrote", () => {
    show("Use <b>bold</b> and <input> here.");
    expect(place.textContent).toContain("Use <b>bold</b> and <input> here.");
  });

  it("breaks lines in tables where a model writes <br>", () => {
    show("| a |\n|---|\n| one<br>two |");
    expect(place.querySelector("td br")).not.toBeNull();
  });

  it("highlights code in a known language and leaves its text as it is", () => {
    const code = 'const a = "<b>" && 1;';
    show(`\`\`\`ts\n${code}\n\`\`\``);
    expect(place.querySelector("code .hljs-keyword")?.textContent).toBe("const");
    expect(place.querySelector("code")?.textContent).toBe(code);
  });

  it("leaves code in an unknown language plain", () => {
    show("```klingon\n<Qapla'>\n```");
    expect(place.querySelector("code")?.textContent).toBe("<Qapla'>");
  });
});
