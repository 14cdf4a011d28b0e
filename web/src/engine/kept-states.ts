/** Context windows' worth of states until there are too many: one conversation at its longest, or several short ones. */
const WINDOWS = 1;
/** Tokens at the end of a state that its conversation may write otherwise where it goes on. */
const REWRITTEN = 32;

/** What an answer says of its tokens. */
export interface AnswerTokens {
  /** Of the prompt, those whose state was there already. */
  reused: number;
  /** Those of the prompt and of the answer. */
  total: number;
}

/**
 * How many tokens llama.cpp keeps the state of, beside those of its last prompt.
 *
 * Its server puts a state aside when a prompt comes that shares less than half of it, and takes it up again when
 * its conversation goes on. It would keep 8 GiB of them, and wllama passes no other limit on: so they are counted
 * here, from what every answer tells. Where that leaves open whether one was taken up, or which, the larger ones count as
 * kept.
 */
export class KeptStates {
  private readonly aside: number[] = [];
  private last = 0;

  /** `window`: tokens that the context holds. */
  constructor(private readonly window: number) {}

  /** True where the engine should begin anew, without any. */
  get full(): boolean {
    return this.aside.reduce((sum, state) => sum + state, 0) > WINDOWS * this.window;
  }

  /** Counts one answer; null where it was cut before it could say anything: it may have filled the window. */
  count(answer: AnswerTokens | null): void {
    const { reused, total } = answer ?? { reused: 0, total: this.window };
    const [taken] = this.aside
      .filter((state) => reused <= state && reused > state - REWRITTEN)
      .sort((one, other) => one - other);
    // Either little of the last prompt came again, or more than it had: it was put aside.
    const displaced = reused < this.last / 2 || reused > this.last;
    // Or as much came again as a smaller one has, which may have changed places with it.
    if (displaced || (taken !== undefined && taken < this.last)) {
      if (taken !== undefined) this.aside.splice(this.aside.indexOf(taken), 1);
      this.aside.push(this.last);
    }
    this.last = total;
  }
}
