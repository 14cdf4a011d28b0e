/** One calm word in the header on what works without a network, and behind it the details. */
import type { ComponentChildren, JSX } from "preact";
import type { OfflineFault } from "../../offline/fault";
import { bytes } from "../format";
import type { OfflineState } from "../stores/offline";
import { text } from "../text";
import { useApp } from "./context";
import { Cloud, CloudOff, Saved, Warning } from "./icons";

const PANEL = "offline-panel";

export function OfflineStatus(): JSX.Element {
  const { state } = useApp();
  const offline = state.offline.value;
  const label = chipOf(offline);
  return (
    <>
      <button
        type="button"
        class="offline-chip"
        data-testid="offline-status"
        data-kind={offline.kind}
        popovertarget={PANEL}
        aria-label={`${text.offline.label}: ${label}`}
        title={label}
      >
        <ChipIcon offline={offline} />
        <span class="offline-chip-text">{label}</span>
      </button>
      <section
        id={PANEL}
        popover="auto"
        class="offline-panel"
        data-testid="offline-panel"
        aria-label={text.offline.details}
      >
        <Details offline={offline} />
        <Install />
        <Version />
      </section>
    </>
  );
}

function chipOf(offline: OfflineState): string {
  if (offline.kind !== "saving") return text.offline.chips[offline.kind];
  return text.offline.saving(bytes(offline.done_bytes), bytes(offline.total_bytes));
}

function ChipIcon({ offline }: { offline: OfflineState }): JSX.Element {
  switch (offline.kind) {
    case "unsupported":
      return <CloudOff />;
    case "starting":
    case "offered":
    case "other_version":
      return <Cloud />;
    case "saving":
      return <Ring fraction={offline.done_bytes / offline.total_bytes} />;
    case "ready":
      return <Saved />;
    case "failed":
      return <Warning />;
  }
}

/** How far it is, as a ring that closes. */
function Ring({ fraction }: { fraction: number }): JSX.Element {
  return (
    <svg class="icon ring" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <circle class="ring-ground" cx="10" cy="10" r="7" />
      <circle class="ring-value" cx="10" cy="10" r="7" pathLength={1} stroke-dasharray={`${String(fraction)} 1`} />
    </svg>
  );
}

function Details({ offline }: { offline: OfflineState }): JSX.Element {
  const { site } = useApp();
  const save = (label: string): JSX.Element => (
    <button type="button" class="primary" data-testid="offline-save" onClick={() => void site.save()}>
      {label}
    </button>
  );
  switch (offline.kind) {
    case "unsupported":
      return <Say kind="unsupported">{text.offline.unsupported[offline.reason]}</Say>;
    case "starting":
      return <Say kind="starting">{text.offline.starting}</Say>;
    case "other_version":
      return <Say kind="other_version">{text.offline.otherVersion}</Say>;
    case "offered": {
      const missing = bytes(offline.missing_bytes);
      return (
        <Say kind="offered" action={save(text.offline.save(missing))}>
          {text.offline.offered(missing)}
        </Say>
      );
    }
    case "saving":
      return <Saving offline={offline} />;
    case "ready": {
      const held = offline.persisted ? text.offline.persisted : text.offline.notPersisted;
      return <Say kind="ready">{`${text.offline.ready(bytes(offline.bytes))} ${held}`}</Say>;
    }
    case "failed":
      return <Fault fault={offline.fault} action={save(text.offline.retry)} />;
  }
}

function Say({
  kind,
  action,
  children,
}: {
  kind: OfflineState["kind"];
  action?: JSX.Element;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <>
      <h2>{text.offline.titles[kind]}</h2>
      <p>{children}</p>
      {action}
    </>
  );
}

function Saving({ offline }: { offline: Extract<OfflineState, { kind: "saving" }> }): JSX.Element {
  return (
    <>
      <h2>{text.offline.titles.saving}</h2>
      <progress
        max={offline.total_bytes}
        value={offline.done_bytes}
        aria-label={text.offline.titles.saving}
      />
      <p class="offline-amount">
        {text.loading.bytesOf(bytes(offline.done_bytes), bytes(offline.total_bytes))}
      </p>
      <p>{text.offline.savingNow}</p>
    </>
  );
}

/** What went wrong, what to do, and the code for whoever looks deeper. */
export function Fault({ fault, action }: { fault: OfflineFault; action?: JSX.Element }): JSX.Element {
  return (
    <div class="offline-fault" data-testid="offline-fault" data-code={fault.code}>
      <h2>{text.offline.titles.failed}</h2>
      <p>{whatHappened(fault)}</p>
      <p>{text.offlineFaults[fault.code].todo}</p>
      <div class="offline-actions">
        {action}
        <span class="error-code">{text.errors.code(fault.code)}</span>
      </div>
    </div>
  );
}

export function whatHappened(fault: OfflineFault): string {
  const sentences = text.offlineFaults;
  switch (fault.code) {
    case "network":
    case "hash_mismatch":
    case "quota_exceeded":
      return sentences[fault.code].what(fault.path);
    case "file_missing":
      return sentences.file_missing.what(fault.path, fault.status);
    case "storage_failed":
      return sentences.storage_failed.what(fault.path, fault.reason);
    case "worker_failed":
      return sentences.worker_failed.what(fault.reason);
  }
}

function Install(): JSX.Element | null {
  const { state, site } = useApp();
  switch (state.install.value) {
    case "unavailable":
      return null;
    case "installed":
      return <p>{text.offline.installed}</p>;
    case "available":
      return (
        <button type="button" class="outlined" data-testid="install" onClick={() => void site.install()}>
          {text.offline.install}
        </button>
      );
  }
}

function Version(): JSX.Element {
  const { release } = useApp();
  return <p class="muted">{text.offline.version(release.version, release.build.slice(0, 8))}</p>;
}
