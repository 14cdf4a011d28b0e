import fc from "fast-check";
import { expect, it } from "vitest";
import { Scrubber } from "./scrubber";

const nobody = new Scrubber([]);

it.each([
  ["https://user:pass@a.test/m/x.bin?token=1#part", "https://a.test/m/x.bin"],
  ["failed at https://a.test/m?sig=abc, status 403", "failed at https://a.test/m status 403"],
  ["blob:https://a.test/0f2c", "blob:…"],
  ["file:///home/ada/model.gguf", "file:…"],
  ["data:text/plain,hello", "data:…"],
  ["no address: at all", "no address: at all"],
])("makes %j harmless", (text, harmless) => {
  expect(nobody.scrub(text)).toBe(harmless);
});

it("leaves out the names of the user's own models, wherever they stand", () => {
  const scrubber = new Scrubber([
    { id: "diary.gguf", name: "My diary", custom: true },
    { id: "diary", name: "", custom: true },
    { id: "public", name: "Public" },
  ]);
  const report = { model: "diary.gguf", list: ["My diary is loaded", "public", 7, null, { a: "diary" }] };
  expect(scrubber.scrub(report)).toEqual({
    model: "own model",
    list: ["own model is loaded", "public", 7, null, { a: "own model" }],
  });
});

it("leaves no query, password or fragment in any address", () => {
  const word = fc.stringMatching(/^[a-z0-9'!~.,;=&%+-]{1,12}$/);
  fc.assert(
    fc.property(word, word, word, word, (host, path, query, fragment) => {
      const address = `https://ada:S3CR3T@${host}.test/${path}?q=S3CR3T${query}#S3CR3T${fragment}`;
      expect(nobody.scrub(`at ${address} it failed`)).not.toMatch(/S3CR3T|[?#]/);
    }),
  );
});
