/** The words of a text, as the search knows them. */

const WORD_LENGTH = 40;
/** Of one text: beyond them it is found by its beginning only. */
const WORDS = 3_000;

const MARKS = /\p{M}+/gu;
const RUNS = /[\p{L}\p{N}]+/gu;
/** Scripts that write no spaces: each sign is a word there. */
const SPACELESS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/** Each once, in the order of the text: without case, accents and signs. */
export function wordsOf(text: string): string[] {
  const words = new Set<string>();
  for (const [run] of plain(text).matchAll(RUNS)) {
    if (SPACELESS.test(run)) for (const sign of run) words.add(sign);
    else words.add(run.slice(0, WORD_LENGTH));
    if (words.size >= WORDS) break;
  }
  return [...words];
}

/** Equal for texts that a reader takes for equal. */
export function plain(text: string): string {
  return text.normalize("NFKD").replaceAll(MARKS, "").toLowerCase().replaceAll("ß", "ss");
}
