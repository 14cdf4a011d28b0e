/**
 * An export under a passphrase: its first line says how the key is made, and what follows is its bytes under AES-GCM,
 * which covers the first line as well. Nothing is compressed: a file never becomes larger than it is.
 */
import { base64Of, fromBase64, joined } from "../../../sealing/sealed-codec";
import type { Bytes } from "../../../sealing/keys";
import { ITERATIONS, passphraseKey, random } from "../../../sealing/ways";
import { canonical, FORMAT, LARGEST, VERSION } from "./format";
import { headerOf, type Line, refused } from "./read";

/** More would keep a page busy for minutes: none of ours was written so. */
const MOST_ITERATIONS = 10_000_000;
const FIRST_LINE = 10_000;

export async function sealed(text: string, passphrase: string, iterations = ITERATIONS): Promise<Bytes> {
  const [salt, iv] = [random(16), random(12)];
  const encrypted = { kdf: "PBKDF2-SHA-256", iterations, salt: base64Of(salt), cipher: "AES-256-GCM", iv: base64Of(iv) };
  const first = new TextEncoder().encode(`${canonical({ format: FORMAT, version: VERSION, encrypted })}\n`);
  const key = await passphraseKey(passphrase, salt, iterations);
  const plain = new TextEncoder().encode(text);
  const cipher = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: first }, key, plain);
  return joined(first, new Uint8Array(cipher));
}

/** The text of an export. Rejects with `ImportRefused`: without the passphrase where one is needed, with a wrong one. */
export async function opened(file: Blob, passphrase: string | null): Promise<string> {
  if (file.size > LARGEST) throw refused({ code: "too_large", megabytes: Math.ceil(file.size / 2 ** 20) });
  const bytes = new Uint8Array(await file.arrayBuffer());
  const end = bytes.subarray(0, FIRST_LINE).indexOf(0x0a);
  const { encrypted } = headerOf(new TextDecoder().decode(bytes.subarray(0, end < 0 ? FIRST_LINE : end + 1)));
  if (encrypted === null) return utf8(bytes);
  if (passphrase === null) throw refused({ code: "passphrase_needed" });
  const { salt, iv, iterations } = facts(encrypted);
  const key = await passphraseKey(passphrase, salt, iterations);
  const additionalData = bytes.slice(0, end + 1);
  try {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, bytes.subarray(end + 1));
    return utf8(new Uint8Array(plain));
  } catch {
    // Another key, or other bytes: it cannot be told apart.
    throw refused({ code: "wrong_passphrase" });
  }
}

function facts({ kdf, cipher, iterations, salt, iv }: Line): { salt: Bytes; iv: Bytes; iterations: number } {
  const known = kdf === "PBKDF2-SHA-256" && cipher === "AES-256-GCM" && typeof salt === "string" && typeof iv === "string";
  const bounded = typeof iterations === "number" && Number.isSafeInteger(iterations) && iterations >= 1;
  if (!known || !bounded || iterations > MOST_ITERATIONS || salt.length > 100 || iv.length > 100) throw refused({ code: "damaged" });
  try {
    return { salt: fromBase64(salt), iv: fromBase64(iv), iterations };
  } catch {
    throw refused({ code: "damaged" });
  }
}

function utf8(bytes: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refused({ code: "damaged" });
  }
}
