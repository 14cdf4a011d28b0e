/** What this page does for tools, each time written down for the person whose page it is. */
import { readsClipboard, writesClipboard } from "../../page/clipboard";
import { CustomToolRunner, filesBelow } from "../../page/custom-tool-runner";
import { downloads, saveByLink } from "../../page/download";
import { fetchGate } from "../../page/fetch-gate";
import { openHiddenFrame } from "../../page/hidden-frame";
import { type PageServiceFunction, type PageServices, textIn } from "../../page/page-calls";
import { EngineError } from "../../bridge/engine-error";
import type { PageService } from "../../protocol/wire";
import { count } from "../format";
import { text } from "../text";
import type { SiteConsent } from "./site-consent";
import type { Activity, ToolsState } from "./state";

export interface ServicesOptions {
  window: Window;
  /** The site's root. */
  root: URL;
  /** Pyodide's folder, relative to it. */
  python: string;
  activity: ToolsState["activity"];
  mayRead: SiteConsent["mayRead"];
  newId: () => string;
  now: () => number;
}

const ACTIVITIES_KEPT = 30;

export function sitePageServices(options: ServicesOptions): PageServices {
  const { window, root } = options;
  const clipboard = "clipboard" in window.navigator ? window.navigator.clipboard : undefined;
  const gate = fetchGate({
    open: (message, signal) => openHiddenFrame(new URL("fetch.html", root), message, [], signal),
    mayRead: options.mayRead,
    denied: (site) => ({ message: text.tools.errors.siteDenied(site), hint: text.tools.errors.siteDeniedHint }),
  });
  const runner = new CustomToolRunner({
    open: (message, transfer, signal) =>
      openHiddenFrame(new URL("sandbox.html", root), message, transfer, signal),
    read: filesBelow(new URL(options.python, root)),
  });
  const noted = noting(options);
  return {
    clipboard_read: noted("clipboard_read", () => "", readsClipboard(clipboard)),
    clipboard_write: noted(
      "clipboard_write",
      (given) => text.tools.activity.characters(count(textIn(given, "text").length)),
      writesClipboard(clipboard),
    ),
    download: noted("download", (given) => textIn(given, "name"), downloads(saveByLink(window.document))),
    fetch: noted("fetch", (given) => siteOf(textIn(given, "url")), gate),
    custom_tool: noted("custom_tool", (given) => textIn(given, "name"), runsOwnTools(runner)),
  };
}

/** `custom_tool`: {name, source, arguments} -> {value, printed}. */
function runsOwnTools(runner: CustomToolRunner): PageServiceFunction {
  return async (given, { signal }) => {
    const arguments_ = given["arguments"];
    const record = typeof arguments_ === "object" && arguments_ !== null ? { ...arguments_ } : {};
    return { ...(await runner.run({ source: textIn(given, "source"), arguments: record, signal })) };
  };
}

type Noted = (service: PageService, what: (given: Parameters<PageServiceFunction>[0]) => string, serve: PageServiceFunction) => PageServiceFunction;

/** Writes down that a service was used, and how it ended; never what was read or written. */
function noting({ activity, newId, now }: ServicesOptions): Noted {
  const change = (id: string, outcome: Activity["outcome"]): void => {
    activity.value = activity.value.map((each) => (each.id === id ? { ...each, outcome } : each));
  };
  return (service, what, serve) => async (given, context) => {
    const id = newId();
    const begun: Activity = { id, service, what: what(given), at: now(), outcome: "underway" };
    activity.value = [begun, ...activity.value].slice(0, ACTIVITIES_KEPT);
    try {
      const result = await serve(given, context);
      change(id, "done");
      return result;
    } catch (raw) {
      change(id, { failed: raw instanceof EngineError ? raw.message : String(raw) });
      throw raw;
    }
  };
}

function siteOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return url.slice(0, 80);
  }
}
