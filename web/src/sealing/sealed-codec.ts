/** How records lie in a locked profile: bodies under AES-GCM, index keys under a synthetic vector (SIV). */
import type { Bytes, ProfileKeys } from "./keys";

/** A body could not be opened: it is damaged, or of another profile. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";

  constructor(options?: ErrorOptions) {
    super("A record of this profile is damaged: it cannot be decrypted.", options);
  }
}

const VECTOR = 12;
const MARK = 16;
/** First byte of what is stored: how it was sealed. */
const VERSION = 1;
/** First byte of what is sealed. */
const JSON_BODY = 0;
const BLOB_BODY = 1;
/** Index keys that are remembered: the words of a language are few, and come again and again. */
const REMEMBERED = 50_000;

const utf8 = new TextEncoder();
const text = new TextDecoder("utf-8", { fatal: true });

export class SealedCodec {
  readonly #keys = new Map<string, string>();
  readonly #texts = new Map<string, string>();

  constructor(private readonly profile: ProfileKeys) {}

  async encode(body: unknown): Promise<Bytes> {
    const iv = crypto.getRandomValues(new Uint8Array(VECTOR));
    const plain = await bytesOf(body);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.profile.seal, plain);
    return joined(Uint8Array.of(VERSION), iv, new Uint8Array(sealed));
  }

  /** Rejects with `Unreadable`. */
  async decode(stored: unknown): Promise<unknown> {
    if (!(stored instanceof Uint8Array) || stored[0] !== VERSION) throw new Unreadable();
    const iv = new Uint8Array(stored.subarray(1, 1 + VECTOR));
    const sealed = new Uint8Array(stored.subarray(1 + VECTOR));
    try {
      return bodyOf(
        new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.profile.seal, sealed)),
      );
    } catch (error) {
      throw new Unreadable({ cause: error });
    }
  }

  async key(label: string): Promise<string> {
    const known = this.#keys.get(label);
    if (known !== undefined) return known;
    const plain = utf8.encode(label);
    const mark = await this.#mark(plain);
    const covered = await crypto.subtle.encrypt(counter(mark), this.profile.cover, plain);
    return this.#remembered(label, base64Of(joined(mark, new Uint8Array(covered))));
  }

  /** Rejects with `Unreadable`. */
  async text(key: string): Promise<string> {
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const bytes = fromBase64(key);
    const mark = new Uint8Array(bytes.subarray(0, MARK));
    const plain = new Uint8Array(
      await crypto.subtle.decrypt(counter(mark), this.profile.cover, new Uint8Array(bytes.subarray(MARK))),
    );
    const right = await this.#mark(plain);
    if (right.some((byte, at) => byte !== mark[at])) throw new Unreadable();
    const label = text.decode(plain);
    this.#remembered(label, key);
    return label;
  }

  /** Sealed keys have no order: a word is found as a whole. */
  async beginning(label: string): Promise<{ from: string; to: string }> {
    const key = await this.key(label);
    return { from: key, to: key };
  }

  async #mark(plain: Bytes): Promise<Bytes> {
    const signed = await crypto.subtle.sign("HMAC", this.profile.mark, plain);
    return new Uint8Array(signed.slice(0, MARK));
  }

  #remembered(label: string, key: string): string {
    if (this.#keys.size >= REMEMBERED) {
      this.#keys.clear();
      this.#texts.clear();
    }
    this.#keys.set(label, key);
    this.#texts.set(key, label);
    return key;
  }
}

const counter = (mark: Bytes): AesCtrParams => ({ name: "AES-CTR", counter: mark, length: 64 });

async function bytesOf(body: unknown): Promise<Bytes> {
  if (!(body instanceof Blob))
    return joined(Uint8Array.of(JSON_BODY), utf8.encode(JSON.stringify(body ?? null)));
  const type = utf8.encode(body.type).slice(0, 255);
  return joined(Uint8Array.of(BLOB_BODY, type.length), type, new Uint8Array(await body.arrayBuffer()));
}

function bodyOf(bytes: Bytes): unknown {
  if (bytes[0] !== BLOB_BODY) return JSON.parse(text.decode(bytes.subarray(1)));
  const from = 2 + (bytes[1] ?? 0);
  return new Blob([bytes.subarray(from)], { type: text.decode(bytes.subarray(2, from)) });
}

export function joined(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const CHUNK = 0x8000;

export function base64Of(bytes: Uint8Array): string {
  let signs = "";
  for (let at = 0; at < bytes.length; at += CHUNK)
    signs += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(signs);
}

/** Throws where the text is no base64. */
export function fromBase64(base64: string): Bytes {
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}
