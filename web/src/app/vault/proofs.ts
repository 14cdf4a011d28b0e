/** The two ways into a profile: a passphrase and a passkey, each of which opens its secret. */
import type { Bytes } from "../../sealing/keys";
import { openedByPasskey, openedByPassphrase, passkeyWay, type PasskeyWay, passphraseWay, type Way } from "../../sealing/ways";
import type { Passkeys } from "./passkey";

/** What somebody unlocks a profile with. */
export type Proof = { kind: "passphrase"; passphrase: string } | { kind: "passkey" };

export interface ProofsOptions {
  passkeys: Passkeys;
  /** What a passkey is called, where the profile has no name. */
  site: string;
  /** Of PBKDF2, for new passphrases. */
  iterations: number;
}

export class Proofs {
  constructor(private readonly options: ProofsOptions) {}

  /** The secret that these ways lead to; null where the proof opens none of them. */
  async secret(ways: readonly Way[], proof: Proof): Promise<Bytes | null> {
    if (proof.kind === "passphrase") {
      const way = ways.find((each) => each.kind === "passphrase");
      return way === undefined ? null : openedByPassphrase(way, proof.passphrase);
    }
    const known = ways.filter((each): each is PasskeyWay => each.kind === "passkey");
    if (known.length === 0) return null;
    const { answer, salt } = await this.options.passkeys.ask(known);
    const way = known.find((each) => each.salt === salt);
    return way === undefined ? null : openedByPasskey(way, answer);
  }

  /** A new way to a secret; `name` is the profile's. */
  async newWay(proof: Proof, secret: Bytes, name: string): Promise<Way> {
    const { iterations, passkeys, site } = this.options;
    if (proof.kind === "passphrase") return passphraseWay(proof.passphrase, secret, iterations);
    return passkeyWay(await passkeys.make(name || site), secret);
  }
}
