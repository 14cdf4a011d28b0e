// @vitest-environment jsdom
import { render, type JSX } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Choices } from "../../settings/choices";
import { AppContext, type AppContextValue } from "../context";
import { createState } from "../../state";
import { SettingsStore } from "../../settings/store";
import { DEMO, LOADED } from "../../testing/messages";
import { reduceEngine } from "../../stores/engine";
import { Answers } from "./Answers";
import { Provider } from "./Provider";

let place: HTMLElement;
let choices: Choices;
let context: AppContextValue;

beforeEach(() => {
  place = document.createElement("div");
  document.body.append(place);
  choices = {};
  context = { state: createState("c"), settings: new SettingsStore(() => undefined) } as AppContextValue;
});

afterEach(() => {
  render(null, place);
  place.remove();
});

interface Edited {
  choices: Choices;
  behind: Choices | null;
  change: (to: Choices) => void;
}

function show(view: (edited: Edited) => JSX.Element, behind: Choices | null = null): void {
  const change = (to: Choices): void => {
    choices = to;
    show(view, behind);
  };
  void act(() => {
    render(<AppContext.Provider value={context}>{view({ choices, behind, change })}</AppContext.Provider>, place);
  });
}

function find(testId: string): HTMLInputElement {
  const found = place.querySelector<HTMLInputElement>(`[data-testid="${testId}"]`);
  if (found === null) throw new Error(`The settings show no ${testId}.`);
  return found;
}

function type(testId: string, value: string): void {
  void act(() => {
    const field = find(testId);
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function pick(testId: string, value: string): void {
  void act(() => {
    const radio = find(testId).querySelector<HTMLInputElement>(`input[value="${value}"]`);
    radio?.click();
  });
}

it("fills the numbers of a style in, and takes them back", () => {
  show((edited) => <Answers {...edited} />);
  pick("preset", "varied");
  expect(choices).toEqual({ temperature: 1.5, max_tokens: 512, top_p: 1 });
  expect(find("set-temperature").value).toBe("1.5");
  pick("preset", "model");
  expect(choices).toEqual({});
  expect(find("set-temperature").value).toBe("");
});

it("tells what is wrong with a number, and goes on with the one before", () => {
  choices = { temperature: 0.5 };
  show((edited) => <Answers {...edited} />);
  type("set-temperature", "5");
  expect(choices).toEqual({ temperature: 0.5 });
  expect(find("set-temperature").getAttribute("aria-invalid")).toBe("true");
  expect(place.textContent).toContain("A number from 0 to 2 is needed.");
  type("set-temperature", "1,5");
  expect(choices).toEqual({ temperature: 1.5 });
  expect(find("set-temperature").value).toBe("1,5");
});

it("shows in a conversation what counts there without being chosen", () => {
  show((edited) => <Answers {...edited} />, { max_tokens: 99 });
  expect(find("set-max_tokens").placeholder).toBe("99, as everywhere");
});

it("says of top-k that the engine on WebGPU has none", () => {
  const model = { ...LOADED, engine: { ...LOADED.engine, kind: "webllm" as const } };
  context.state.engine.value = reduceEngine(context.state.engine.value, {
    type: "load_event",
    model: DEMO,
    event: { type: "loaded", model, load_ms: 1 },
  });
  show((edited) => <Answers {...edited} />);
  expect(find("set-top_k").disabled).toBe(true);
  expect(place.textContent).toContain("the engine on WebGPU has no top-k");
});

it("takes an address only where it can be one, and the key without showing it", () => {
  choices = { mode: "hybrid" };
  show((edited) => <Provider {...edited} />);
  type("set-server-address", "models.example");
  expect(context.settings.server.value.base_url).toBe("");
  expect(place.textContent).toContain("This is not an address.");
  type("set-server-address", "https://models.example/v1");
  expect(context.settings.server.value.base_url).toBe("https://models.example/v1");
  void act(() => {
    const field = find("set-server-key");
    field.value = "sk-secret";
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  expect(context.settings.key.value).toBe("sk-secret");
  expect(place.outerHTML).not.toContain("sk-secret");
  expect(find("set-server-key").value).toBe("");
  void act(() => {
    find("forget-key").click();
  });
  expect(context.settings.key.value).toBe("");
});

it("holds a conversation to the rule that counts everywhere", () => {
  show((edited) => <Provider {...edited} />, { privacy: "local_only" });
  expect([find("set-privacy").checked, find("set-privacy").disabled]).toEqual([true, true]);
});
