/**
 * Who has said that a tool may read from a site: the list that a person keeps, the consent to the very call, or an
 * answer to the question that is asked otherwise.
 */
import type { CallContext } from "../../page/page-calls";
import type { ApprovalAsked, ApprovalChoice } from "../../protocol/wire";
import type { SiteAnswer, ToolsState } from "./state";
import { addressIn } from "./address";

export interface SiteConsentOptions {
  state: Pick<ToolsState, "sites" | "questions">;
  newId: () => string;
  /** The conversation that a turn belongs to. */
  conversationOf: (turn: string | undefined) => string | null;
  /** Keeps a site on the list. */
  allow: (site: string) => void;
  /** Tells a person who looks elsewhere that a question came. */
  asked: (site: string) => void;
}

export class SiteConsent {
  /** Calls that a person is asked about, by approval. */
  readonly #asked = new Map<string, { site: string; turn: string }>();
  /** Consent to one call each: `turn site`. */
  readonly #once: string[] = [];
  /** `conversation site`. */
  readonly #conversations = new Set<string>();
  readonly #waiting = new Map<string, (answer: SiteAnswer) => void>();

  constructor(private readonly options: SiteConsentOptions) {}

  /** A call of the fetch tool waits for consent: who agrees, agrees to its site as well. */
  approvalAsked({ approval, id, arguments: given }: ApprovalAsked): void {
    const site = addressIn(JSON.stringify(given))?.origin;
    if (site !== undefined) this.#asked.set(approval, { site, turn: id });
  }

  approved(approval: string, choice: ApprovalChoice): void {
    const call = this.#asked.get(approval);
    this.#asked.delete(approval);
    if (call === undefined) return;
    const { site, turn } = call;
    const conversation = this.options.conversationOf(turn);
    if (choice === "once") this.#once.push(`${turn} ${site}`);
    if (choice === "conversation" && conversation !== null) this.#conversations.add(`${conversation} ${site}`);
  }

  /** Whether a tool may read this address now; asks where nobody has said so. */
  async mayRead(url: URL, { turn, signal }: CallContext): Promise<boolean> {
    const site = url.origin;
    if (this.options.state.sites.value.includes(site)) return true;
    const conversation = this.options.conversationOf(turn);
    if (conversation !== null && this.#conversations.has(`${conversation} ${site}`)) return true;
    const once = this.#once.indexOf(`${turn ?? ""} ${site}`);
    if (once >= 0) {
      this.#once.splice(once, 1);
      return true;
    }
    const answer = await this.#ask(url, turn, signal);
    if (answer === "always") this.options.allow(site);
    return answer !== "deny";
  }

  answer(question: string, answer: SiteAnswer): void {
    this.#waiting.get(question)?.(answer);
  }

  async #ask(url: URL, turn: string | undefined, signal: AbortSignal): Promise<SiteAnswer> {
    const { questions } = this.options.state;
    const id = this.options.newId();
    questions.value = [...questions.value, { id, site: url.origin, url: url.href, turn: turn ?? null }];
    this.options.asked(url.host);
    try {
      return await new Promise<SiteAnswer>((resolve, reject) => {
        this.#waiting.set(id, resolve);
        signal.addEventListener("abort", () => {
          reject(signal.reason as Error);
        });
      });
    } finally {
      this.#waiting.delete(id);
      questions.value = questions.value.filter((each) => each.id !== id);
    }
  }
}
