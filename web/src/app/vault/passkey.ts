/** Passkeys that answer a secret of their own to whoever may use them (the PRF extension of WebAuthn). */
import type { Bytes } from "../../sealing/keys";
import { random } from "../../sealing/ways";

export interface Answered {
  credential: Bytes;
  salt: Bytes;
  answer: Bytes;
}

/** A passkey was made or asked, and gave no secret: this one cannot do it. */
export class NoPrf extends Error {
  override readonly name = "NoPrf";

  constructor() {
    super("This passkey cannot give a secret.");
  }
}

/** What the page needs of passkeys; tests give their own. */
export interface Passkeys {
  /** Whether this browser has them at all. */
  readonly available: boolean;
  /** Rejects with `NoPrf`, and with `NotAllowedError` where the person says no. */
  make(name: string): Promise<Answered>;
  /** Asks one of those that are known. */
  ask(known: readonly { credential: Bytes; salt: Bytes }[]): Promise<Answered>;
}

const TIMEOUT_MS = 120_000;
/** ES256 and RS256: what every authenticator can do. Nothing is ever signed here. */
const ALGORITHMS = [-7, -257];

export function browserPasskeys(window: Window & typeof globalThis, site: string): Passkeys {
  const { credentials } = window.navigator;
  return {
    available: window.isSecureContext && "PublicKeyCredential" in window,
    async make(name) {
      const salt = random(32);
      const made = await credentials.create({
        publicKey: {
          rp: { name: site },
          user: { id: random(16), name, displayName: name },
          challenge: random(32),
          pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
          authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
          timeout: TIMEOUT_MS,
          extensions: { prf: { eval: { first: salt } } },
        },
      });
      const credential = idOf(made);
      if (made === null || !enabled(made)) throw new NoPrf();
      // Some give their secret only when they are asked for the first time.
      const answer = answerOf(made);
      return answer === null ? this.ask([{ credential, salt }]) : { credential, salt, answer };
    },
    async ask(known) {
      const got = await credentials.get({
        publicKey: {
          challenge: random(32),
          allowCredentials: known.map(({ credential }) => ({ type: "public-key", id: credential })),
          userVerification: "required",
          timeout: TIMEOUT_MS,
          extensions: {
            prf: {
              evalByCredential: Object.fromEntries(
                known.map(({ credential, salt }) => [base64Url(credential), { first: salt }]),
              ),
            },
          },
        },
      });
      const credential = idOf(got);
      const used = known.find((each) => base64Url(each.credential) === base64Url(credential));
      const answer = got === null ? null : answerOf(got);
      if (used === undefined || answer === null) throw new NoPrf();
      return { ...used, answer };
    },
  };
}

const outputs = (credential: Credential): AuthenticationExtensionsClientOutputs =>
  (credential as PublicKeyCredential).getClientExtensionResults();

const enabled = (credential: Credential): boolean => outputs(credential).prf?.enabled === true;

function idOf(credential: Credential | null): Bytes {
  return credential === null ? new Uint8Array() : new Uint8Array((credential as PublicKeyCredential).rawId);
}

function answerOf(credential: Credential): Bytes | null {
  const first = outputs(credential).prf?.results?.first;
  if (first === undefined) return null;
  return first instanceof ArrayBuffer ? new Uint8Array(first) : new Uint8Array(first.buffer);
}

const base64Url = (bytes: Bytes): string =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
