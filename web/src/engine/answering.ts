import { canBeContinued, endingOf, shortened, wholeUsage } from "../protocol/continuing";
import type { CompletionBody, TextCompletionBody, WireError } from "../protocol/wire";
import type { Ending, OnText } from "./engine";
import { untilLost } from "./engine-life";
import { aborted } from "./errors";
import type { EventSink } from "./host";
import type { EventDetails, Journal } from "./journal";
import type { Seat } from "./seat";

/** What is asked for, and how it is gone on with behind what has been said already. */
export interface Question {
  /** The model that it is for; any when absent. */
  model: string | undefined;
  /** Tokens that it may have; as many as the engine lets it, when absent. */
  maxTokens: number | undefined;
  /** Whether an answer that was cut behind `said` can be gone on with on this engine. */
  continues(seat: Seat, said: string): boolean;
  /** Has it answered, behind `said`, which was `pieces` pieces of text: a piece is a token, or seldom two. */
  ask(seat: Seat, said: string, pieces: number, onText: OnText, signal: AbortSignal): Promise<Ending>;
}

/** A chat completion. */
export const chat = (body: CompletionBody): Question => ({
  model: body.model,
  maxTokens: body.max_tokens,
  continues: ({ model }, said) => model.capabilities.continues === true && canBeContinued(body, said),
  ask: ({ engine }, said, pieces, onText, signal) =>
    engine.complete(
      said === ""
        ? body
        : { ...body, ...shortened(body, pieces), continue_text: (body.continue_text ?? "") + said },
      onText,
      signal,
    ),
});

/** A text completion: going on is what it is. */
export const text = (body: TextCompletionBody): Question => ({
  model: body.model,
  maxTokens: body.max_tokens,
  continues: () => true,
  ask: ({ engine }, said, pieces, onText, signal) =>
    engine.completeText({ ...body, ...shortened(body, pieces), prompt: body.prompt + said }, onText, signal),
});

/** Losses of the engine that one request may outlive: it may be what kills it. */
const LIVES = 2;
const TELL_TOKENS_MS = 1000;

/**
 * One request, through whatever happens to the engine beneath it: it ends exactly once, with all its text or with a
 * typed error, and no piece of text is sent twice.
 */
export class Answering {
  private said = "";
  private pieces = 0;
  private losses: WireError[] = [];
  /** Who has answered last. */
  private seat: Seat | null = null;
  /** Who is listened to: a seat that was lost or taken may still have something on its way. */
  private listening: Seat | null = null;
  private toldAt = 0;
  private readonly askedAt: number;

  constructor(
    readonly question: Question,
    private readonly sink: EventSink,
    private readonly journal: Journal,
    private readonly now: () => number,
  ) {
    this.askedAt = now();
    journal.record("request_queued", question.model ?? null);
  }

  /** Lets an engine answer, from the begin or behind what was said. Rejects with what the engine throws. */
  async on(seat: Seat, signal: AbortSignal): Promise<void> {
    this.announce(seat);
    this.seat = this.listening = seat;
    if (this.said !== "" && this.pieces >= (this.question.maxTokens ?? Infinity)) {
      // It was lost behind its last token: nothing is missing but its end.
      this.finish(seat, this.cutShort("length"));
      return;
    }
    const answer = this.question.ask(
      seat,
      this.said,
      this.pieces,
      (text, pieces) => {
        this.say(seat, text, pieces);
      },
      signal,
    );
    this.finish(seat, this.whole(await untilLost(seat, answer)));
  }

  /** Notes that the engine was lost under it. False: it must not be tried again. */
  survives(error: WireError): boolean {
    this.listening = null;
    this.losses.push(error);
    if (this.losses.length > LIVES || error.code === "grammar_failed") return false;
    return this.said === "" || (this.seat !== null && this.question.continues(this.seat, this.said));
  }

  /** Whether this engine can go on with it, or begin it. */
  canGoOnWith(seat: Seat): boolean {
    return this.said === "" || this.question.continues(seat, this.said);
  }

  /** It ends without all of its text. What was sent is with the client already. */
  fail(error: WireError): void {
    this.listening = null;
    this.journal.record("request_failed", this.seat?.model.id ?? null, {
      code: error.code,
      ...this.answerer(this.seat),
    });
    const cut = this.losses.length > 0 && this.said !== "";
    const details = { ...error.details, partial_characters: this.said.length };
    this.sink.finish({ type: "failure", error: cut ? { ...error, details } : error });
  }

  /** Why it was lost the last time; for who cannot go on. */
  get loss(): WireError | undefined {
    return this.losses.at(-1);
  }

  /** Cancelled while it waits for an engine: what was said stays an answer, cut short. */
  cancel(): void {
    if (this.said === "") this.fail(aborted("request").error);
    else this.finish(this.seat, this.cutShort("abort"));
  }

  private finish(seat: Seat | null, ending: Ending): void {
    const { figures, usage, reason } = ending;
    const prefilled = figures.prefilled_tokens;
    // What the KV cache had already.
    const reused_tokens = prefilled === null ? null : usage.prompt_tokens - prefilled;
    const facts = { reason, ...usage, ...figures, reused_tokens, ...this.answerer(seat) };
    this.journal.record("request_finished", seat?.model.id ?? null, facts);
    this.sink.finish({ type: "finished", ...ending });
  }

  /** Who has answered, for the journal, and through how many losses. */
  private answerer(seat: Seat | null): EventDetails {
    const { kind: engine, device } = seat?.model.engine ?? {};
    return { engine, device, losses: this.losses.length };
  }

  private announce(seat: Seat): void {
    const { id: model, engine } = seat.model;
    const { loss, seat: before } = this;
    const wait_ms = this.now() - this.askedAt;
    this.journal.record("request_started", model, { wait_ms, again: loss !== undefined });
    if (before === null || loss === undefined) this.sink.push({ type: "started", model, engine });
    else if (this.said !== "" || model !== before.model.id || engine.device !== before.model.engine.device)
      this.sink.push({ type: "recovered", error: loss, model, engine });
  }

  private say(seat: Seat, text: string, pieces = 1): void {
    if (seat !== this.listening || text === "") return;
    const now = this.now();
    if (this.pieces === 0)
      this.journal.record("first_token", seat.model.id, { after_ms: now - this.askedAt });
    this.said += text;
    this.pieces += pieces;
    this.sink.push({ type: "delta", text, ...(pieces === 1 ? {} : { tokens: pieces }) });
    if (now - this.toldAt < TELL_TOKENS_MS) return;
    this.toldAt = now;
    this.journal.record("tokens", seat.model.id, { tokens: this.pieces });
  }

  /** With the pieces of the engines before the last one, which only counts its own. */
  private whole(ending: Ending): Ending {
    if (this.losses.length === 0) return ending;
    return { ...ending, usage: wholeUsage(ending.usage, this.pieces) };
  }

  /** Ends it behind what was said, without an engine. */
  private cutShort(reason: Ending["reason"]): Ending {
    return endingOf(reason, this.pieces, this.now() - this.askedAt);
  }
}
