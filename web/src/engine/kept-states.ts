/** Context windows' worth of states until there are too many: of a conversation, and of what is asked in between. */
const WINDOWS = 2;

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
 * here, from what every answer tells.
 */
export class KeptStates {
  private aside = 0;
  private last = 0;

  /** `window`: tokens that the context holds. */
  constructor(private readonly window: number) {}

  /** True where the engine should begin anew, without any. */
  get full(): boolean {
    return this.aside > WINDOWS * this.window;
  }

  /** Counts one answer; null where it was cut before it could say anything: it may have filled the window. */
  count(answer: AnswerTokens | null): void {
    const { reused, total } = answer ?? { reused: 0, total: this.window };
    // Either little of the last prompt came again, or more than it had: it was put aside. What came again may be
    // of a state that lay there, and is taken out; where it is a beginning that both have, that counts too little.
    if (reused < this.last / 2 || reused > this.last)
      this.aside = Math.max(0, this.aside + this.last - reused);
    this.last = total;
  }
}
