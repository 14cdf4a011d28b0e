import "fake-indexeddb/auto";
import { openDB } from "idb";
import { describe, expect, it } from "vitest";
import { newSecret, profileKeys } from "../sealing/keys";
import { SealedCodec } from "../sealing/sealed-codec";
import { Documents } from "./documents";

const sealing = async (): Promise<SealedCodec> => new SealedCodec(await profileKeys(newSecret()));

describe("Python's documents in a locked profile", () => {
  it("are read, listed and replaced like others, and nothing of them lies in the clear", async () => {
    const documents = new Documents({ name: "sealed", sealing: sealing() });
    await documents.set("notes/secret", '"needle"');
    await documents.set("answers/secret", '"needle"');
    expect(await documents.get("notes/secret")).toBe('"needle"');
    expect(await documents.keys("notes/")).toEqual(["notes/secret"]);
    expect(await documents.replace("notes/secret", '"other"', '"late"')).toBe(false);
    expect(await documents.replace("notes/secret", '"needle"', '"needle 2"')).toBe(true);
    expect(await documents.replace("notes/new", null, '"new"')).toBe(true);
    expect(await documents.get("notes/secret")).toBe('"needle 2"');
    const raw = await openDB("sealed");
    const keys = (await raw.getAllKeys("documents")).map((key) => atob(key as string));
    const values = (await raw.getAll("documents")).map((value) =>
      new TextDecoder().decode(value as Uint8Array),
    );
    expect([...keys, ...values].filter((each) => /needle|secret|notes|answers/.test(each))).toEqual([]);
    raw.close();
    await documents.delete("notes/secret");
    expect(await documents.get("notes/secret")).toBeNull();
    documents.close();
  });

  it("lose no writing to another tab that writes at the same time", async () => {
    const codec = sealing();
    const [one, other] = [
      new Documents({ name: "shared", sealing: codec }),
      new Documents({ name: "shared", sealing: codec }),
    ];
    const add = async (documents: Documents): Promise<void> => {
      for (;;) {
        const before = await documents.get("count");
        if (await documents.replace("count", before, String(Number(before ?? 0) + 1))) return;
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, at) => add(at % 2 === 0 ? one : other)));
    expect(await one.get("count")).toBe("12");
    one.close();
    other.close();
  });

  it("are closed for good", async () => {
    const documents = new Documents({ name: "closed" });
    await documents.set("a", "1");
    documents.close();
    await expect(documents.get("a")).rejects.toThrow("closed");
  });
});
