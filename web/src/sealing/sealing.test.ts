import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newSecret, profileKeys } from "./keys";
import { SealedCodec, Unreadable } from "./sealed-codec";
import { openedByPasskey, openedByPassphrase, passkeyWay, passphraseWay, random } from "./ways";

const codecOf = async (secret = newSecret()): Promise<SealedCodec> =>
  new SealedCodec(await profileKeys(secret));

describe("the codec of a locked profile", () => {
  it("gives back every body that it has sealed, and shows nothing of it", async () => {
    const codec = await codecOf();
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (body) => {
        const sealed = await codec.encode(body);
        expect(await codec.decode(sealed)).toEqual(JSON.parse(JSON.stringify(body)));
      }),
    );
    const sealed = await codec.encode({ title: "needle" });
    expect(new TextDecoder().decode(sealed)).not.toContain("needle");
    expect(await codec.encode({ title: "needle" })).not.toEqual(sealed);
  });

  it("gives back blobs with their type", async () => {
    const codec = await codecOf();
    const opened = await codec.decode(await codec.encode(new Blob(["picture"], { type: "image/png" })));
    if (!(opened instanceof Blob)) throw new Error("not a blob");
    expect([opened.type, await opened.text()]).toEqual(["image/png", "picture"]);
  });

  it("has one key for equal texts, from which only its own profile reads the text", async () => {
    const secret = newSecret();
    const [codec, same, other] = [await codecOf(secret), await codecOf(secret), await codecOf()];
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), async (label) => {
        const key = await codec.key(label);
        expect(await same.key(label)).toBe(key);
        expect(await same.text(key)).toBe(label);
      }),
    );
    const key = await codec.key("needle");
    expect(atob(key)).not.toContain("needle");
    expect(await codec.key("needles")).not.toBe(key);
    await expect(other.text(key)).rejects.toBeInstanceOf(Unreadable);
    expect(await codec.beginning("needle")).toEqual({ from: key, to: key });
  });

  it("refuses what another profile has sealed, and what was changed", async () => {
    const [codec, other] = [await codecOf(), await codecOf()];
    const sealed = await codec.encode("text");
    await expect(other.decode(sealed)).rejects.toBeInstanceOf(Unreadable);
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    await expect(codec.decode(sealed)).rejects.toBeInstanceOf(Unreadable);
    await expect(codec.decode("plain")).rejects.toBeInstanceOf(Unreadable);
  });
});

describe("ways to a profile's secret", () => {
  it("are a passphrase, however its signs are composed, and no other", async () => {
    const secret = newSecret();
    const way = await passphraseWay("Gr\u00fcner Tee", secret, 1_000);
    expect(await openedByPassphrase(way, "Gru\u0308ner Tee")).toEqual(secret);
    expect(await openedByPassphrase(way, "gr\u00fcner Tee")).toBeNull();
    expect(new TextDecoder().decode(way.sealed)).not.toEqual(new TextDecoder().decode(secret));
  });

  it("are what a passkey answers, and nothing else", async () => {
    const [secret, answer] = [newSecret(), random(32)];
    const way = await passkeyWay({ credential: random(16), salt: random(32), answer }, secret);
    expect(await openedByPasskey(way, answer)).toEqual(secret);
    expect(await openedByPasskey(way, random(32))).toBeNull();
  });
});
