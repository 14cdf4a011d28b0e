/**
 * How a record lies in the database: the one place between what the application reads and what is stored.
 *
 * A profile that is kept encrypted brings a codec of its own. Everything that a person wrote goes through it:
 * bodies, and the words and labels of the indexes. Nothing here runs inside a transaction, so it may take its time.
 */
import { beginningWith, exactly, type KeyRange } from "./keys";

export interface RecordCodec {
  encode(body: unknown): Promise<unknown>;
  decode(stored: unknown): Promise<unknown>;
  /** A label or word as an index holds it. Equal texts have equal keys. */
  key(text: string): Promise<string>;
  /** The text of a key that `key` has made. */
  text(key: string): Promise<string>;
  /** The keys of all texts that begin like this; of this text alone where keys have no order. */
  beginning(text: string): Promise<KeyRange>;
}

/** Records as they are, for a profile without a lock. */
export const PLAIN: RecordCodec = {
  encode: (body) => Promise.resolve(body),
  decode: (stored) => Promise.resolve(stored),
  key: (text) => Promise.resolve(text),
  text: (key) => Promise.resolve(key),
  beginning: (text) => Promise.resolve(text === "" ? exactly("") : beginningWith(text)),
};
