// @vitest-environment jsdom
import { signal } from "@preact/signals";
import { memoryComposing } from "../../testing/composing";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StoredModel } from "../../../protocol/wire";
import { Places } from "../../places";
import { SettingsStore } from "../../settings/store";
import { createState, type AppState } from "../../state";
import { reduceEngine } from "../../stores/engine";
import { recordedActions, recordedSite, RELEASE, silentKeeping } from "../../testing/actions";
import { DEMO, LOADED, record } from "../../testing/messages";
import { NO_STORE, scriptedModels, settled, verdict, type Outside } from "../../testing/room";
import { EverythingIsSeen } from "../../testing/seen";
import { createTheme } from "../../theme";
import type { Models } from "../../models/models";
import { AppContext } from "../context";
import { ModelsPlace } from "./ModelsPlace";

let state: AppState;
let models: Models;
let outside: Outside;
let place: HTMLElement;

const BIG: StoredModel = {
  model: "big",
  name: "Big",
  bytes: 700_000_000,
  total_bytes: 700_000_000,
  files: 12,
  state: "whole",
  devices: ["webgpu"],
  used_at: null,
};

beforeEach(() => {
  // What jsdom has no layout for.
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  vi.stubGlobal("IntersectionObserver", EverythingIsSeen);
  Element.prototype.scrollIntoView = () => undefined;
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
    this.dispatchEvent(new Event("close"));
  };
  state = createState("c");
  ({ models, outside } = scriptedModels(state));
  state.catalogue.value = [
    record(DEMO, { name: "Demo", embedded: true }),
    record("big", { name: "Big", quality: 40 }),
    record("coder", { name: "Coder", tasks: ["code"], memory_mb: 900 }),
  ];
  state.engine.value = reduceEngine(state.engine.value, {
    type: "load_event",
    model: DEMO,
    event: { type: "loaded", model: LOADED, load_ms: 1 },
  });
  place = document.createElement("div");
  document.body.append(place);
  const value = {
    state,
    models,
    composing: memoryComposing(state),
    actions: recordedActions([]),
    site: recordedSite([]),
    release: RELEASE,
    theme: createTheme(document.documentElement, null),
    keeping: silentKeeping(),
    places: new Places(window),
    settings: new SettingsStore(() => undefined),
    wide: signal(true),
  };
  void act(() => {
    render(
      <AppContext.Provider value={value}>
        <ModelsPlace />
      </AppContext.Provider>,
      place,
    );
  });
});

afterEach(() => {
  render(null, place);
  place.remove();
  vi.unstubAllGlobals();
});

const all = (testId: string): HTMLElement[] => [
  ...place.querySelectorAll<HTMLElement>(`[data-testid="${testId}"]`),
];
function find(testId: string, within: ParentNode = place): HTMLElement {
  const element = within.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
  if (element === null) throw new Error(`The place shows no ${testId}.`);
  return element;
}
const row = (id: string): HTMLElement => {
  const found = all("model-option").find((element) => element.dataset["model"] === id);
  if (found === undefined) throw new Error(`There is no row of ${id}.`);
  return found;
};
const names = (): string[] => all("model-option").map((element) => element.dataset["model"] ?? "");

/** Does something and lets everything follow from it. */
async function after(what: () => void): Promise<void> {
  await act(async () => {
    what();
    await settled();
  });
}
const click = (element: HTMLElement): Promise<void> =>
  after(() => {
    // As a browser does.
    element.focus();
    element.click();
  });
/** Opens the place; its parts come with a script of their own. */
async function open(section?: Parameters<Models["open"]>[0]): Promise<void> {
  await after(() => {
    models.open(section);
  });
  await vi.waitFor(() => {
    if (place.querySelector("[data-scroll]") === null) throw new Error("Its content is not there yet.");
  });
  // Its effects run behind the frame that shows it: it was not drawn within `act`.
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  await after(() => undefined);
}
function fill(field: HTMLElement, value: string): Promise<void> {
  return after(() => {
    (field as HTMLInputElement).value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
const press = (element: Element, key: string): Promise<void> =>
  after(() => {
    element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  });

describe("the list of models", () => {
  it("is searched, and filtered by task", async () => {
    await open();
    await fill(find("model-search"), "big");
    expect(names()).toEqual(["big"]);
    expect(find("model-count").textContent).toBe("1 of 3 models");
    await fill(find("model-search"), "");
    await after(() => {
      const task = find("filter-task") as HTMLSelectElement;
      task.value = "code";
      task.dispatchEvent(new Event("change", { bubbles: true }));
    });
    expect(names()).toEqual(["coder"]);
  });

  it("hides what does not fit as soon as the engine says so", async () => {
    outside.room.verdicts.set("big", verdict("big", { fits: false }));
    await open();
    await click(find("filter-fits"));
    expect(names()).not.toContain("big");
    expect(find("filter-fits").getAttribute("aria-pressed")).toBe("true");
  });

  it("says why a model does not fit, offers none of its steps, and leads to one that does", async () => {
    const reason = { code: "feature_missing", message: "It needs shader-f16.", hint: "Take the f32 build." } as const;
    outside.room.verdicts.set("big", verdict("big", { fits: false, reason, suggestion: "coder" }));
    await open();
    expect(find("verdict", row("big")).textContent).toBe("It needs shader-f16.");
    expect(row("big").querySelector(".model-step")).toBeNull();
    await click(find("model-search"));
    await after(() => {
      models.toggle("big");
    });
    expect(row("big").textContent).toContain("Take the f32 build.");
    await click(find("model-suggestion"));
    expect(row("coder").dataset["open"]).toBe("true");
    expect(row("coder").contains(document.activeElement)).toBe(true);
  });

  it("moves by the arrow keys", async () => {
    await open();
    const heads = [...place.querySelectorAll<HTMLElement>("[data-list-item]")];
    heads[0]?.focus();
    await press(heads[0] ?? place, "ArrowDown");
    expect(document.activeElement).toBe(heads[1]);
    await press(heads[1] ?? place, "End");
    expect(document.activeElement).toBe(heads.at(-1));
    await press(heads.at(-1) ?? place, "Home");
    expect(document.activeElement).toBe(heads[0]);
  });

  it("downloads after a word about it, which Escape takes back", async () => {
    await open();
    await click(find("model-download", row("big")));
    const question = find("question-download");
    expect(question.textContent).toContain("700 MB");
    expect(question.contains(document.activeElement)).toBe(true);
    await press(find("confirm"), "Escape");
    expect(all("question-download")).toEqual([]);
    expect(state.modelDialogOpen.value).toBe(true);
    expect(document.activeElement).toBe(find("model-download", row("big")));
    await click(find("model-download", row("big")));
    await click(find("confirm"));
    expect(outside.room.asked).toContainEqual(["fetch", "big", false]);
    expect(find("model-pause", row("big")).getAttribute("aria-label")).toBe("Pause the download of Big");
  });

  it("shows bytes, rate and time left of a download", async () => {
    await open();
    void models.files.download("big", { use: true });
    await after(() => undefined);
    await act(async () => {
      await outside.room.stream.send({
        type: "progress",
        stage: "download",
        fraction: 0.3,
        loaded_bytes: 210_000_000,
        total_bytes: 700_000_000,
        text: "",
        bytes_per_s: 3_500_000,
        remaining_s: 140,
      });
    });
    expect(find("transfer-facts").textContent).toBe("Downloading · 210 MB of 700 MB · 3.5 MB/s · 2 min left");
    expect(find("transfer-progress").getAttribute("value")).toBe("0.3");
  });

  it("says what is kept of a download that broke off, and offers to go on", async () => {
    await open();
    const error = { code: "download_failed", message: "The network broke off." } as const;
    await after(() => {
      const kept = { bytes: 679_000_000, total: 700_000_000 };
      state.models.transfers.set("big", { kind: "failed", job: { what: "download", use: true }, error, kept });
    });
    expect(find("transfer-kept").textContent).toBe("679 MB of 700 MB are kept: Resume goes on from there.");
    await click(find("model-resume", row("big")));
    expect(outside.room.asked).toContainEqual(["fetch", "big", false]);
  });

  it("asks before a download over a connection that costs", async () => {
    await open();
    const error = { code: "consent_required", message: "It costs.", details: { download_bytes: 5e8 } } as const;
    await after(() => {
      state.models.transfers.set("big", { kind: "asks", job: { what: "download", use: false }, error });
    });
    expect(find("metered").textContent).toContain("500 MB");
    await click(find("confirm"));
    expect(outside.room.asked).toContainEqual(["fetch", "big", true]);
  });

  it("loads at a click what comes with the page", async () => {
    state.engine.value = { kind: "empty" };
    await open();
    await click(find("model-use", row(DEMO)));
    expect(outside.loads).toEqual([[DEMO, {}]]);
    expect(state.modelDialogOpen.value).toBe(false);
  });
});

describe("what is on this device", () => {
  beforeEach(async () => {
    outside.room.store = { ...NO_STORE, models: [BIG] };
    await open("storage");
  });

  it("is told in bytes, with what the browser promises", () => {
    expect(find("storage-used").textContent).toContain("52 MB of about 6.0 GB");
    expect(find("stored-facts").textContent).toBe("700 MB12 filesnot used yet");
    expect(find("model-dialog").textContent).toContain("the browser may clear");
  });

  it("is deleted after a question", async () => {
    await click(find("stored-delete"));
    expect(find("question-delete").textContent).toContain("Delete Big (700 MB)");
    await click(find("confirm"));
    expect(all("stored-model")).toEqual([]);
    expect(outside.room.asked).toContainEqual(["delete_stored", "big"]);
  });

  it("is deleted as a whole after a question, too", async () => {
    await click(find("storage-delete-all"));
    await click(find("confirm-back"));
    expect(all("stored-model")).toHaveLength(1);
    await click(find("storage-delete-all"));
    await click(find("confirm"));
    expect(outside.room.asked).toContainEqual(["delete_stored", null]);
  });

  it("may be kept for good, where the browser agrees", async () => {
    await click(find("storage-persist"));
    expect(outside.said.at(-1)).toContain("did not agree");
  });
});

describe("a model of one's own", () => {
  it("with a fault in the form goes nowhere, and the fault is told beside its field", async () => {
    await open("add");
    await fill(find("add-ggufUrl"), "https://elsewhere.example/a.gguf");
    await click(find("add-submit"));
    expect(find("add-ggufUrl").getAttribute("aria-invalid")).toBe("true");
    expect(document.activeElement).toBe(find("add-ggufUrl"));
    expect(find("add-form").textContent).toContain("only from this site");
    expect(outside.room.asked.some(([command]) => command === "add_model")).toBe(false);
  });

  it("is added and shown in the list", async () => {
    await open("add");
    await fill(find("add-ggufUrl"), "parts/demo.gguf");
    await click(find("add-submit"));
    expect(outside.room.asked.find(([command]) => command === "add_model")?.[1]).toMatchObject({ id: "custom-demo" });
    expect(state.models.section.value).toBe("catalogue");
  });
});

describe("the engine", () => {
  it("shows its ladder, which can be pinned and stopped", async () => {
    outside.room.ladderStatus = {
      ...outside.room.ladderStatus,
      rungs: [
        { model: DEMO, state: "active", reason: null },
        { model: "big", state: "failed", reason: { code: "out_of_memory", message: "Too big." } },
      ],
    };
    await open("engine");
    expect(all("rung").map((rung) => rung.dataset["state"])).toEqual(["active", "failed"]);
    expect(find("ladder").textContent).toContain("Too big.");
    await click(find("rung-pin"));
    expect(find("ladder").textContent).toContain("Stays with Demo.");
    await click(find("ladder-stop"));
    expect(all("ladder-start")).toHaveLength(1);
  });

  it("is reset after a question", async () => {
    await open("engine");
    await click(find("engine-reset"));
    await click(find("confirm"));
    expect(outside.room.asked).toContainEqual(["reset"]);
  });

  it("gives a report that can be read before it is copied", async () => {
    await open("engine");
    // What makes reports comes with a script of its own.
    await click(await vi.waitFor(() => find("report-make")));
    await vi.waitFor(() => {
      expect(find("report-text").textContent).toContain('"gpu": "none"');
    });
    await click(find("report-copy"));
    expect(outside.copied).toHaveLength(1);
  });
});

describe("the parts of the place", () => {
  it("are tabs that the arrow keys move among", async () => {
    await open();
    await press(find("tab-catalogue"), "ArrowRight");
    expect(find("tab-storage").getAttribute("aria-selected")).toBe("true");
    expect(document.activeElement).toBe(find("tab-storage"));
    await press(find("tab-storage"), "ArrowLeft");
    await press(find("tab-catalogue"), "ArrowLeft");
    expect(find("tab-engine").getAttribute("aria-selected")).toBe("true");
  });
});
