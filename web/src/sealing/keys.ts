/**
 * The keys of a locked profile, all made from one secret of random bytes. The secret itself is only held while a way
 * to it is made; the keys cannot be read out of the browser, only used.
 */

export interface ProfileKeys {
  /** AES-GCM: bodies. */
  seal: CryptoKey;
  /** HMAC-SHA-256: the synthetic vectors of index keys, by which equal texts have equal keys. */
  mark: CryptoKey;
  /** AES-CTR: index keys under their vectors. */
  cover: CryptoKey;
}

export type Bytes = Uint8Array<ArrayBuffer>;

const SECRET_BYTES = 32;

export const newSecret = (): Bytes => crypto.getRandomValues(new Uint8Array(SECRET_BYTES));

export async function profileKeys(secret: Bytes): Promise<ProfileKeys> {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const derive = (
    purpose: string,
    of: AesKeyGenParams | HmacKeyGenParams,
    uses: KeyUsage[],
  ): Promise<CryptoKey> => crypto.subtle.deriveKey(hkdf(purpose), base, of, false, uses);
  const [seal, mark, cover] = await Promise.all([
    derive("bodies", { name: "AES-GCM", length: 256 }, ["encrypt", "decrypt"]),
    derive("marks of index keys", { name: "HMAC", hash: "SHA-256", length: 256 }, ["sign"]),
    derive("index keys", { name: "AES-CTR", length: 256 }, ["encrypt", "decrypt"]),
  ]);
  return { seal, mark, cover };
}

/** The secret is random: it needs no salt, and a purpose apart for each key. */
export const hkdf = (purpose: string): HkdfParams => ({
  name: "HKDF",
  hash: "SHA-256",
  salt: new Uint8Array(),
  info: new TextEncoder().encode(`webllm-provider profile: ${purpose}`),
});

/** Whether what came from elsewhere is such keys. */
export function areProfileKeys(value: unknown): value is ProfileKeys {
  if (typeof value !== "object" || value === null) return false;
  const { seal, mark, cover } = value as Partial<Record<keyof ProfileKeys, unknown>>;
  return [seal, mark, cover].every((key) => key instanceof CryptoKey);
}
