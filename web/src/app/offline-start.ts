/** Starts offline use where the browser has what it needs, and says why where it has not. */
import { effect } from "@preact/signals";
import { ContentStore } from "../offline/content-store";
import { storageNames } from "../offline/names";
import { Offline } from "./offline";
import type { AppState } from "./state";
import type { EngineView } from "./stores/engine";

export interface StartOptions {
  state: AppState;
  /** The build that this page belongs to. */
  build: string;
  /** URL of the site's root. */
  scope: string;
  reload: () => void;
}

/** The development server's documents say this in place of a build. */
const DEVELOPMENT = "development";

const ON_ITS_WAY: readonly EngineView["kind"][] = ["starting", "loading", "restarting"];

/** Null where nothing can be stored; the state says why. */
export function startOffline({ state, build, scope, reload }: StartOptions): Offline | null {
  const reason = whyNot(build);
  if (reason !== null) {
    state.offline.value = { kind: "unsupported", reason };
    return null;
  }
  const names = storageNames(scope);
  const offline = new Offline({
    state,
    build,
    scope,
    names,
    store: new ContentStore({
      scope,
      name: names.content,
      caches,
      fetch: (request) => fetch(request),
      digest: (content) => crypto.subtle.digest("SHA-256", content),
    }),
    container: navigator.serviceWorker,
    locks: navigator.locks,
    storage: navigator.storage,
    savesData: savesData(navigator),
    settled: whenSettled(state),
    reload,
  });
  void offline.start();
  return offline;
}

function whyNot(build: string): "insecure" | "no_service_worker" | "development" | null {
  if (build === DEVELOPMENT) return "development";
  if (!window.isSecureContext) return "insecure";
  return "serviceWorker" in navigator && "caches" in window && "locks" in navigator ? null : "no_service_worker";
}

/** Chromium's `connection`, which no standard has. */
function savesData(navigator: Navigator): boolean {
  const connection: unknown = "connection" in navigator ? navigator.connection : undefined;
  return (
    typeof connection === "object" &&
    connection !== null &&
    "saveData" in connection &&
    connection.saveData === true
  );
}

/** Python and the model are there, or will not come by themselves: what is fetched now is in nobody's way. */
function whenSettled({ python, engine }: AppState): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (python.value.kind === "booting" || ON_ITS_WAY.includes(engine.value.kind)) return;
      resolve();
      // The effect runs once before its own end is known.
      queueMicrotask(() => {
        stop();
      });
    });
  });
}
