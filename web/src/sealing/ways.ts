/**
 * Ways to a profile's secret: it lies under a key that is made from a passphrase, and under one that a passkey gives.
 * Each way opens it alone, and each can be changed without a record being written again.
 */
import { type Bytes, hkdf } from "./keys";

export interface PassphraseWay {
  kind: "passphrase";
  salt: Bytes;
  /** Of PBKDF2 with SHA-256. */
  iterations: number;
  iv: Bytes;
  sealed: Bytes;
}

export interface PasskeyWay {
  kind: "passkey";
  /** Of the credential, as the authenticator knows it. */
  credential: Bytes;
  /** What the authenticator makes its answer (PRF) from. */
  salt: Bytes;
  iv: Bytes;
  sealed: Bytes;
}

export type Way = PassphraseWay | PasskeyWay;

/** As OWASP advises for PBKDF2 with SHA-256. */
export const ITERATIONS = 600_000;

export const random = (bytes: number): Bytes => crypto.getRandomValues(new Uint8Array(bytes));

export async function passphraseWay(
  passphrase: string,
  secret: Bytes,
  iterations = ITERATIONS,
): Promise<PassphraseWay> {
  const salt = random(16);
  const key = await passphraseKey(passphrase, salt, iterations);
  return { kind: "passphrase", salt, iterations, ...(await wrapped(key, secret)) };
}

/** `answer`: what the passkey gave for `salt`. */
export async function passkeyWay(
  { credential, salt, answer }: { credential: Bytes; salt: Bytes; answer: Bytes },
  secret: Bytes,
): Promise<PasskeyWay> {
  return { kind: "passkey", credential, salt, ...(await wrapped(await answerKey(answer), secret)) };
}

/** The secret; null: that is not the passphrase. */
export async function openedByPassphrase(way: PassphraseWay, passphrase: string): Promise<Bytes | null> {
  return unwrapped(await passphraseKey(passphrase, way.salt, way.iterations), way);
}

/** The secret; null: that is not the answer of the passkey. */
export async function openedByPasskey(way: PasskeyWay, answer: Bytes): Promise<Bytes | null> {
  return unwrapped(await answerKey(answer), way);
}

/** An AES-GCM key from a passphrase. Equal texts count as equal however a keyboard composes their signs. */
export async function passphraseKey(passphrase: string, salt: Bytes, iterations: number): Promise<CryptoKey> {
  const typed = new TextEncoder().encode(passphrase.normalize("NFKC"));
  const base = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

async function answerKey(answer: Bytes): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", answer, "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(hkdf("passkey"), base, { name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
}

async function wrapped(key: CryptoKey, secret: Bytes): Promise<{ iv: Bytes; sealed: Bytes }> {
  const iv = random(12);
  return { iv, sealed: new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, secret)) };
}

async function unwrapped(
  key: CryptoKey,
  { iv, sealed }: { iv: Bytes; sealed: Bytes },
): Promise<Bytes | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed));
  } catch {
    // The one thing that it says: the key is another.
    return null;
  }
}
