import { describe, expect, it } from "vitest";
import { mayDownloadFrom } from "./model-hosts";

const SITE = "https://chat.example";

describe("where a model may come from", () => {
  it.each([
    "https://chat.example/models/a.gguf",
    "https://huggingface.co/a/b/resolve/main/a.gguf",
    "https://cdn-lfs.huggingface.co/a.gguf",
    "https://cas-bridge.xethub.hf.co/a.gguf",
    "blob:https://chat.example/0c1f",
  ])("may be %s", (url) => {
    expect(mayDownloadFrom(new URL(url), SITE)).toBe(true);
  });

  it.each([
    "https://models.example/a.gguf",
    "http://huggingface.co/a.gguf",
    "https://huggingface.co.evil.example/a.gguf",
    "https://evilhf.co/a.gguf",
    "https://a.hf.co:444/a.gguf",
  ])("may not be %s", (url) => {
    expect(mayDownloadFrom(new URL(url), SITE)).toBe(false);
  });
});
