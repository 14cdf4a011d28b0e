import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ToPython } from "../../page/python-host";
import { BOOTED, DIED, event, block } from "../testing/messages";
import { answerText } from "../stores/turn";
import { Developer } from "./developer";
import { asLines, EVERYTHING, EventLog, filtered, KEPT } from "./event-log";
import { redacted } from "./redact";
import { questionIn } from "./replayer";
import { TRANSCRIPTS } from "./transcripts";

interface Page {
  developer: Developer;
  sent: ToPython[];
  watched: boolean[];
  /** Lets so many steps of a replay go by. */
  pass: (steps: number) => void;
}

function page(): Page {
  const sent: ToPython[] = [];
  const watched: boolean[] = [];
  let acting: (() => void) | null = null;
  let ids = 0;
  const log = new EventLog({
    now: () => 7,
    conversationOf: (turn) => (turn === "t" ? "c" : null),
    redaction: () => ({ secrets: ["sk-1"] }),
    onWatched: (now) => watched.push(now),
  });
  const developer = new Developer({
    log,
    send: (message) => sent.push(message),
    newId: () => `id${String((ids += 1))}`,
    now: () => 7,
    every: (_perSecond, act) => {
      acting = act;
      return () => {
        acting = null;
      };
    },
  });
  const pass = (steps: number): void => {
    for (let step = 0; step < steps; step += 1) acting?.();
  };
  return { developer, sent, watched, pass };
}

describe("the log of events", () => {
  it("holds what goes by while somebody watches, and nothing else", () => {
    const { developer, sent, watched } = page();
    const { log } = developer;
    developer.receive(event("t", "llm:request"));
    expect(log.events).toEqual([]);
    const [one, other] = [log.watch(), log.watch()];
    developer.receive(BOOTED);
    expect(sent).toEqual([{ type: "watch_wire", on: true }]);
    developer.receive(event("t", "llm:request", { key: "x", nested: { api_key: "y" }, note: "with sk-1 in it" }));
    developer.sent({ type: "stop", id: "t" });
    const status = { type: "status", id: "1", epoch: "e" };
    developer.receive({ type: "wire_seen", messages: [{ at: 3, to_engine: true, message: status }] });
    expect(log.events.map(({ source, name, conversation, at }) => [source, name, conversation, at])).toEqual([
      ["python_to_page", "booted", null, 7],
      ["amplifier", "llm:request", "c", 7],
      ["page_to_python", "stop", "c", 7],
      ["python_to_engine", "status", null, 3],
    ]);
    const hidden = "[hidden]";
    expect(log.events[1]?.body).toEqual({ key: hidden, nested: { api_key: hidden }, note: `with ${hidden} in it` });
    one();
    one();
    expect(log.watched).toBe(true);
    other();
    expect(watched).toEqual([true, false]);
    developer.receive(event("t", "late"));
    expect(log.events).toHaveLength(4);
  });

  it("gives way to the newest, and finds them by kind, conversation and words", () => {
    const { developer } = page();
    const { log } = developer;
    log.watch();
    for (let count = 0; count < KEPT + 5; count += 1) log.note("amplifier", `n${String(count)}`, { count });
    expect(log.events).toHaveLength(KEPT);
    expect(log.events[0]?.name).toBe("n5");
    log.clear();
    log.note("amplifier", "tool:pre", { tool: "Notes" }, { turn: "t" });
    log.note("page_to_engine", "complete", { text: "about NOTES" });
    const names = (filter: object): string[] => filtered(log.events, { ...EVERYTHING, ...filter }).map(({ name }) => name);
    expect(names({})).toEqual(["tool:pre", "complete"]);
    expect(names({ source: "amplifier" })).toEqual(["tool:pre"]);
    expect(names({ conversation: "c" })).toEqual(["tool:pre"]);
    expect(names({ text: " notes " })).toEqual(["tool:pre", "complete"]);
    expect(names({ text: "tool:" })).toEqual(["tool:pre"]);
    const lines = asLines(log.events).trim().split("\n").map((line) => JSON.parse(line) as { name: string; at: string });
    expect(lines.map(({ name, at }) => [name, at])).toEqual([
      ["tool:pre", "1970-01-01T00:00:00.007Z"],
      ["complete", "1970-01-01T00:00:00.007Z"],
    ]);
  });
});

describe("redaction", () => {
  it("leaves no secret anywhere, and changes nothing that is told", () => {
    const secret = "sk-very-secret";
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.string(), (value, before) => {
        const given = { value, [`${before}x`]: [`${before}${secret}`], authorization: secret };
        const copy = structuredClone(given);
        expect(JSON.stringify(redacted(given, { secrets: [secret] }))).not.toContain(secret);
        expect(given).toEqual(copy);
      }),
    );
    const plain = { prompt_tokens: 3, messages: [{ role: "user", content: "Hi" }], ok: null };
    expect(redacted(plain, { secrets: [""] })).toEqual(plain);
    expect(redacted("https://me:pw@host/path", { secrets: [] })).toBe("https://[hidden]@host/path");
    // Nor a part of one, where a long text is cut.
    for (const long of ["sk-very-secret", "https://me:my-password@host"]) {
      for (let length = 4_000 - long.length; length <= 4_000; length += 1) {
        const told = String(redacted(`${" ".repeat(length)}${long}${" ".repeat(5_000)}`, { secrets: [secret] }));
        expect(told).not.toMatch(/sk-|my/);
      }
    }
    expect(String(redacted("x".repeat(9_000), { secrets: [] })).length).toBeLessThan(4_100);
  });
});

describe("the inspector", () => {
  it("tells what Python says of its sessions, and that it failed", () => {
    const { developer, sent } = page();
    const { inspector } = developer;
    inspector.ask();
    expect(sent).toEqual([{ type: "inspect", id: "id1" }]);
    developer.receive({ type: "inspected", id: "other", sessions: [] });
    expect(inspector.state.value.kind).toBe("asking");
    developer.receive({ type: "inspected", id: "id1", sessions: [] });
    expect(inspector.state.value).toEqual({ kind: "told", sessions: [] });
    inspector.ask();
    developer.receive({ type: "python_failed", error: DIED });
    expect(inspector.state.value).toEqual({ kind: "failed", error: DIED });
  });
});

describe("a replay", () => {
  const line = (message: object): string => JSON.stringify({ direction: "client", message });
  const transcript = [
    line({ type: "hello" }),
    line({ type: "complete", body: { messages: [{ role: "system", content: "S" }, { role: "user", content: "Why?" }] } }),
  ].join("\n");

  it("shows what comes at the pace that is wanted, and by hand", () => {
    const { developer, sent, pass } = page();
    const { replayer } = developer;
    replayer.start("text", transcript);
    expect(sent).toEqual([{ type: "replay", id: "id1", transcript }]);
    for (const message of block("id1", "text", ["So ", "it is."])) developer.receive(message);
    developer.receive(event("elsewhere", "llm:request"));
    expect(replayer.replay.value).toMatchObject({ shown: 0, whole: false, turn: { question: "Why?" } });
    pass(2);
    const shown = (): string => (replayer.replay.value === null ? "" : answerText(replayer.replay.value.turn));
    expect(shown()).toBe("So");
    replayer.setSpeed(0);
    pass(5);
    expect(shown()).toBe("So");
    replayer.step();
    expect(shown()).toBe("So it is.");
    developer.receive({ type: "turn_ended", id: "id1", outcome: "completed", text: "So it is." });
    replayer.finish();
    expect(replayer.replay.value).toMatchObject({ whole: true, shown: 5, turn: { state: { kind: "done" } } });
    replayer.close();
    expect(sent).toHaveLength(1);
    expect(replayer.replay.value).toBeNull();
  });

  it("ends in Python where it is left, and with a sentence where Python dies", () => {
    const { developer, sent } = page();
    const { replayer } = developer;
    replayer.start("text", transcript);
    replayer.start("again", transcript);
    expect(sent[1]).toEqual({ type: "stop", id: "id1" });
    developer.receive({ type: "python_failed", error: DIED });
    replayer.finish();
    expect(replayer.replay.value?.turn.state).toEqual({ kind: "failed", error: DIED });
  });

  it("has every recorded exchange of the protocol, and the question in each", async () => {
    const folder = new URL("../../../../protocol/transcripts/", import.meta.url);
    const files = readdirSync(folder).map((name) => name.replace(".jsonl", ""));
    expect(TRANSCRIPTS.map(({ name }) => name).sort()).toEqual(files.sort());
    for (const { name, read } of TRANSCRIPTS) {
      const text = await read();
      expect(text).toBe(readFileSync(new URL(`${name}.jsonl`, folder), "utf8"));
      expect(questionIn(text)).not.toBe("");
    }
    expect(questionIn("no transcript")).toBe("");
  });
});
